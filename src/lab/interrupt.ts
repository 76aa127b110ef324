// Ctrl-C while a lab boots: what was made is taken away again before the program ends.
import { ExitError } from '../model/errors.ts'
import { EXIT } from '../model/exit-codes.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs work with a signal that the first Ctrl-C (or SIGTERM, SIGHUP) aborts, its reason being the exit with code 99.
 * Further ones change nothing: the work ends by itself once it has cleaned up. `tell` is called at the first.
 */
export async function interruptible<T>(tell: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) return
    tell()
    controller.abort(new ExitError(EXIT.interrupted.code))
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  try {
    return await work(controller.signal)
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}
