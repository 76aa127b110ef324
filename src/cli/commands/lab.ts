/** `lab up|status|ssh|reboot|down`: real hosts on this machine. */
import { EXIT } from '../../model/exit-codes.ts'
import type { Lab } from '../../lab/lab.ts'
import { defineCommand, type FlagValues } from '../command.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

const flags = {
  lab: { type: 'string', value: 'NAME', summary: 'which lab; needed only where there are several' },
  all: { type: 'boolean', summary: 'down: every lab of this folder' },
} as const

interface Call {
  args: string[]
  rest: string[]
  flags: FlagValues<typeof flags>
}

export const command = defineCommand({
  usage: 'lab up [TOPOLOGY] | status | ssh HOST [-- CMD] | reboot HOST | down',
  summary: 'Real hosts on this machine, with their own network, SSH and, where wanted, systemd.',
  description: [
    'up boots a built-in topology (pair, light) or one from a YAML file; without a name, pair.',
    'Its inventory, key and known_hosts lie in .mptcp-fleet/lab/NAME.',
    'ssh runs one word as a line of shell, several as a program and its arguments, and ends with its exit status.',
    'down takes a lab away, also what a killed run left of it.',
  ].join('\n'),
  examples: ['lab up', 'lab ssh system-a -- ip mptcp limits', 'lab reboot system-b', 'lab down'],
  flags,
  args: { min: 1, max: 2 },
  run: async (call, io) => {
    const [verb = '', argument] = call.args
    const verbs: Record<string, ((call: Call, io: Io) => Promise<number>) | undefined> = {
      up,
      status,
      ssh,
      reboot,
      down,
    }
    const action = verbs[verb]
    const takesHost = verb === 'ssh' || verb === 'reboot'
    if (action === undefined) throw usageError(`lab ${verb}: no such action`, 'lab up, status, ssh, reboot or down')
    if (takesHost && argument === undefined) throw usageError(`lab ${verb} needs the name of a host`)
    if (!takesHost && verb !== 'up' && argument !== undefined) {
      throw usageError(`lab ${verb} takes no further argument`, `name a lab with --lab ${argument}`)
    }
    if (verb !== 'ssh' && call.rest.length > 0) throw usageError(`lab ${verb} takes nothing after --`)
    return await action(call, io)
  },
})

async function up({ args, flags }: Call, io: Io): Promise<number> {
  const { labFolder, labUp } = await import('../../lab/up.ts')
  const { loadTopology } = await import('../../lab/topology-file.ts')
  const { interruptible } = await import('../../lab/interrupt.ts')
  const topology = await loadTopology(args[1] ?? 'pair')
  const tell = (): unknown => io.stderr.write('interrupted: taking the lab down again\n')
  return interruptible(tell, async (signal) => {
    const lab = await labUp({
      topology,
      dir: labFolder(flags.lab ?? topology.name, io.cwd),
      signal,
      onProgress: (line) => io.stderr.write(`${line}\n`),
    })
    io.stdout.write(`${lab.inventoryFile}\n`)
    return EXIT.ok.code
  })
}

async function status({ flags }: Call, io: Io): Promise<number> {
  const { labFolder } = await import('../../lab/up.ts')
  const { labNames, labStatus } = await import('../../lab/list.ts')
  const names = flags.lab === null ? await labNames(io.cwd) : [flags.lab]
  if (names.length === 0) io.stdout.write('no lab here; mptcp-fleet lab up boots one\n')
  for (const name of names) {
    const lab = await labStatus(labFolder(name, io.cwd), name)
    const hint = lab.phase === 'broken' ? ` (mptcp-fleet lab down --lab ${name} clears it away)` : ''
    io.stdout.write(`${name}: ${lab.phase}${hint}\n`)
    for (const host of lab.hosts) {
      const state = host.running ? 'running' : 'stopped'
      io.stdout.write(
        `  ${host.name.padEnd(16)} ${state}  ${host.kind.padEnd(7)} ${host.address.padEnd(15)}  ${host.cards}\n`,
      )
    }
  }
  return EXIT.ok.code
}

async function ssh({ args, rest, flags }: Call, io: Io): Promise<number> {
  const { openShell } = await import('../../lab/ssh.ts')
  return openShell(await runningLab(flags.lab, io), args[1]!, rest)
}

async function reboot({ args, flags }: Call, io: Io): Promise<number> {
  const { interruptible } = await import('../../lab/interrupt.ts')
  const lab = await runningLab(flags.lab, io)
  const tell = (): unknown => io.stderr.write('interrupted: the host boots, nobody waits for it\n')
  return interruptible(tell, async (signal) => {
    const missing = await lab.reboot(args[1]!, signal)
    io.stderr.write(`${args[1]} is up again\n`)
    if (missing.length > 0) {
      io.stderr.write(`warning: its cards lack ${missing.join(', ')}, which the topology gives them\n`)
    }
    return EXIT.ok.code
  })
}

async function down({ flags }: Call, io: Io): Promise<number> {
  const { checkRoot } = await import('../../lab/requirements.ts')
  const { labFolder } = await import('../../lab/up.ts')
  const { labNames } = await import('../../lab/list.ts')
  const { labDown } = await import('../../lab/down.ts')
  const { interruptible } = await import('../../lab/interrupt.ts')
  checkRoot()
  const known = await labNames(io.cwd)
  const names = flags.all ? known : [await chooseLab(flags.lab, io)]
  if (names.length === 0) io.stderr.write('no lab here\n')
  return interruptible(
    () => io.stderr.write('interrupted: a lab that is half down goes on being taken down\n'),
    async (signal) => {
      for (const name of names) {
        signal.throwIfAborted()
        // Also where its folder is gone: what bears its name on this machine is cleared away.
        await labDown(labFolder(name, io.cwd))
        io.stderr.write(known.includes(name) ? `${name} is down\n` : `no lab ${name} here; nothing of it is left\n`)
      }
      return EXIT.ok.code
    },
  )
}

async function runningLab(name: string | null, io: Io): Promise<Lab> {
  const { checkRoot } = await import('../../lab/requirements.ts')
  const { labFolder, loadLab } = await import('../../lab/up.ts')
  checkRoot()
  return loadLab(labFolder(await chooseLab(name, io), io.cwd))
}

/** The lab that is meant: the one named, or the only one there is. */
async function chooseLab(name: string | null, { cwd }: Io): Promise<string> {
  const { labNames } = await import('../../lab/list.ts')
  const names = await labNames(cwd)
  if (name === null && names.length > 1) {
    throw usageError(`there are several labs: ${names.join(', ')}`, 'add --lab NAME')
  }
  return name ?? names[0] ?? 'pair'
}
