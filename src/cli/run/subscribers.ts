/** Several subscribers of one run as one. */
import { DiagnosticsError } from '../../model/diagnostic.ts'
import { HostError } from '../../model/errors.ts'
import type { Emit } from '../../model/events.ts'

/**
 * `first` is the store: it gets each event before anybody is told of it, and a HostError of its goes to the engine, which
 * then changes nothing on that host. Its DiagnosticsError ends the run, before anything is done. Any other error must not change what a run does: it is handed to `onError`, once for
 * each of `others`, and the run goes on.
 */
export function fanOut(first: Emit, others: readonly Emit[], onError: (error: unknown) => void): Emit {
  const broken = new Set<Emit>()
  return (event) => {
    try {
      first(event)
    } catch (error) {
      if (error instanceof HostError || error instanceof DiagnosticsError) throw error
      onError(error)
    }
    for (const subscriber of others) {
      if (broken.has(subscriber)) continue
      try {
        subscriber(event)
      } catch (error) {
        broken.add(subscriber)
        onError(error)
      }
    }
  }
}
