/** From the argument vector to a command and its exit code. Loads only what the command needs. */
import { EXIT } from '../model/exit-codes.ts'
import { commands } from './commands.ts'
import { reportError, usageError } from './errors.ts'
import type { CommandModule, Flags, Invocation } from './command.ts'
import type { Io } from './io.ts'

/** Runs one command line (without node and script). Never throws: what goes wrong is printed and becomes a code. */
export async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await run(argv, io)
  } catch (error) {
    return await reportError(error, io)
  }
}

async function run(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv
  if (first === '--version' || first === '-V') {
    io.stdout.write(`mptcp-fleet ${io.version}\n`)
    return EXIT.ok.code
  }
  if (first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) {
    const { renderOverview } = await import('./help.ts')
    io.stdout.write(renderOverview())
    return EXIT.ok.code
  }
  if (first === 'help') return await run([rest[0]!, '--help'], io)
  if (first === undefined) throw usageError('no command given', 'mptcp-fleet --help lists them')
  if (first.startsWith('-')) {
    throw usageError(`the command comes first, then its flags: ${first}`, `mptcp-fleet COMMAND ${first}`)
  }
  const entry = commands.find((command) => command.name === first)
  if (entry === undefined) {
    const { didYouMean } = await import('../text/closest.ts')
    const meant = didYouMean(
      first,
      commands.map((command) => command.name),
    )
    throw usageError(`unknown command "${first}"`, meant === '' ? 'mptcp-fleet --help lists them' : meant)
  }
  const { command } = await entry.load()
  const { parseCommandLine } = await import('./parse.ts')
  const parsed = await parseCommandLine(entry.name, command, rest)
  if (parsed.kind === 'help') {
    const { renderCommandHelp } = await import('./command-help.ts')
    io.stdout.write(renderCommandHelp(command, Math.min(io.stdout.columns ?? 80, 100)))
    return EXIT.ok.code
  }
  return await withLimit(parsed.invocation, io, command.run)
}

/** Files that --limit names are read here, so that all commands and kept plans see what they say. */
async function withLimit(invocation: Invocation<Flags>, io: Io, run: CommandModule['run']): Promise<number> {
  const { limit } = invocation.flags
  if (typeof limit !== 'string' || !/@|\n$/.test(limit)) return await run(invocation, io)
  const { expandLimit } = await import('./limit.ts')
  const { text, places } = expandLimit(limit, io.cwd)
  return await run({ ...invocation, flags: { ...invocation.flags, limit: text } }, { ...io, limitPlaces: places })
}
