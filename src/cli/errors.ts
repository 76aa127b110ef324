/** How a command's failure becomes text on stderr and an exit code. */
import { DiagnosticsError } from '../model/diagnostic.ts'
import { ExitError } from '../model/errors.ts'
import { EXIT } from '../model/exit-codes.ts'
import type { Io } from './io.ts'

/** Wrong use of the command line: what is wrong, and what to do instead. */
export function usageError(message: string, hint = ''): ExitError {
  return new ExitError(EXIT.usage.code, hint === '' ? message : `${message}\n    hint: ${hint}`)
}

/** Prints what went wrong and says with which code the program ends. */
export async function reportError(error: unknown, io: Io): Promise<number> {
  const { sanitize } = await import('../report/sanitize.ts')
  if (error instanceof ExitError) {
    if (error.message !== '') io.stderr.write(`mptcp-fleet: ${sanitize(error.message, { lines: true })}\n`)
    return error.exitCode
  }
  if (error instanceof DiagnosticsError) {
    const { renderDiagnostics } = await import('../report/diagnostics.ts')
    const { styleOf } = await import('../report/style.ts')
    io.stderr.write(renderDiagnostics(error.diagnostics, styleOf(io.stderr, io.env)))
    return EXIT.notStarted.code
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  io.stderr.write(`mptcp-fleet: a bug in this program; please report it with what follows\n`)
  io.stderr.write(`${sanitize(stack, { lines: true })}\n`)
  return EXIT.bug.code
}
