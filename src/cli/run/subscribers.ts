/** Several subscribers of one run as one. */
import type { Emit } from '../../model/events.ts'

/**
 * `first` is the store: it gets each event before anybody is told of it, and what it throws goes to the engine, which
 * then changes nothing on that host. An error in showing something must not change what a run does: it is handed to
 * `onError`, once for each subscriber, and the run goes on.
 */
export function fanOut(first: Emit, others: readonly Emit[], onError: (error: unknown) => void): Emit {
  const broken = new Set<Emit>()
  return (event) => {
    first(event)
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
