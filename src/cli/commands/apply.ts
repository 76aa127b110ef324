/** `apply PLAYBOOK…`: shows the plan, asks, makes the changes, verifies and proves them. */
import type { RunRequestRecord } from '../../model/events.ts'
import type { RunReport } from '../../model/report.ts'
import { readGuardTime } from '../../text/duration.ts'
import type { FlagValues } from '../command.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import {
  applyFlags,
  connectionFlags,
  detailedExitcode,
  listFlags,
  outputFlags,
  taskFlags,
  vaultFlags,
} from '../flags.ts'
import type { AssembleOptions, Assembled } from '../../engine/assemble.ts'
import type { Io } from '../io.ts'
import type { PlaybookSource } from '../run/load.ts'
import type { Resumed } from '../run/resume.ts'
import type { ReadPlan } from '../run/saved-plan.ts'
import type { SavedPlan } from '../../store/saved-plan.ts'

const flags = {
  ...connectionFlags,
  ...taskFlags,
  ...applyFlags,
  ...vaultFlags,
  ...outputFlags,
  ...detailedExitcode,
  ...listFlags,
  'allowed-signers': {
    type: 'string',
    value: 'FILE',
    summary: 'take a plan only if FILE.sig is of one of these signers (see ssh-keygen, ALLOWED SIGNERS)',
  },
  resume: {
    type: 'string',
    value: 'RUN',
    summary: 'take up a run that was cut off: ask its hosts how far it came, then go on; RUN may be last',
  },
} as const

export type ApplyFlags = FlagValues<typeof flags>

export const command = defineCommand({
  usage: 'apply PLAYBOOK… | PLAN',
  summary: 'Show the plan, ask, make the changes, verify them, run the trials, and report host by host.',
  description: 'Without a terminal to ask on it needs --yes. Runs are kept below .mptcp-fleet/runs/.',
  examples: [
    'apply -i inventories/pair.yml playbooks/pair.yml',
    'apply -i hosts.yml --check --diff site.yml',
    'apply --resume last',
  ],
  flags,
  args: { min: 0, max: Infinity },
  run: async (invocation, io) => await applyPlaybooks(invocation, io),
})

/** The command itself; `onReport` also gets the run's report. */
export async function applyPlaybooks(
  { args, flags }: { args: readonly string[]; flags: ApplyFlags },
  io: Io,
  onReport?: (report: RunReport) => void,
): Promise<number> {
  const { execute } = await import('../run/execute.ts')
  const { inventoriesAgain, splitTags } = await import('../run/run-flags.ts')
  const savedPlans = await import('../run/saved-plan.ts')
  const { recordSealer } = await import('../run/vault.ts')
  if (flags.resume !== null && flags.check) {
    throw usageError(
      '--resume asks hosts, and takes back what was never confirmed',
      'runs show RUN tells what is known of it',
    )
  }
  const resumed = flags.resume === null ? null : await takeUp(flags.resume, args, flags, io)
  if (resumed === null && args.length === 0) throw usageError('too few arguments: mptcp-fleet apply PLAYBOOK…')
  const read = resumed === null ? savedPlans.readSavedPlan(args, io) : null
  const signer = flags['allowed-signers'] === null ? null : await checkSigner(read, flags['allowed-signers'], io)
  if (read !== null && signer === null) savedPlans.checkUnsigned(read, io)
  const saved = read?.plan ?? null
  const again = resumed?.request ?? savedRequest(saved)
  const { assembleObservation } = await import('../run/observe-plan.ts')
  const observe = (of: Resumed, options: AssembleOptions): Assembled => assembleObservation(of, options)
  const request = {
    command: 'apply',
    source: saved === null ? sourceOf(resumed, args, observe) : { texts: saved.playbooks },
    flags:
      again === null
        ? flags
        : { ...flags, inventory: inventoriesAgain(flags, again), limit: flags.limit ?? again.limit },
    check: flags.check,
    yes: flags.yes,
    guard: readGuardTime(flags.guard) ?? null,
    tags: again?.tags ?? splitTags(flags.tags),
    skipTags: again?.skipTags ?? splitTags(flags['skip-tags']),
    detailedExitcode: flags['detailed-exitcode'],
    lists: flags,
    seal: await recordSealer(flags, io),
    ...(resumed === null ? {} : { resume: resumed }),
    ...(read === null ? {} : { saved: { ...read, signer } }),
    ...(onReport === undefined ? {} : { onReport }),
  }
  return await execute(request, io)
}

/** Of a run that was no apply of playbooks the hosts are only asked what was done. */
function sourceOf(
  resumed: Resumed | null,
  args: readonly string[],
  observe: (resumed: Resumed, options: AssembleOptions) => Assembled,
): PlaybookSource {
  if (resumed === null) return { files: args }
  const { playbooks } = resumed.request
  return playbooks.length > 0 ? { files: playbooks } : { assembled: (options) => observe(resumed, options) }
}

async function takeUp(name: string, args: readonly string[], flags: ApplyFlags, io: Io): Promise<Resumed> {
  if (args.length > 0) throw usageError('--resume takes playbooks, inventory and tags from the run', 'name no playbook')
  const { loadResumed } = await import('../run/resume.ts')
  return await loadResumed(name, flags, io)
}

function savedRequest(saved: SavedPlan | null): RunRequestRecord | null {
  return saved === null ? null : { ...saved, playbooks: saved.playbooks.map(({ file }) => file) }
}

async function checkSigner(read: ReadPlan | null, allowed: string, io: Io): Promise<string> {
  if (read === null) throw usageError('--allowed-signers is for saved plans', 'plan --out FILE --sign KEY makes one')
  const { PLAN, signerOf } = await import('../run/signature.ts')
  const { sanitize } = await import('../../report/sanitize.ts')
  const { name } = await signerOf({ bytes: read.text, file: read.file, namespace: PLAN }, allowed, io)
  const signer = name!
  io.stderr.write(`${sanitize(read.file)}: signed by ${sanitize(signer)}\n`)
  return signer
}
