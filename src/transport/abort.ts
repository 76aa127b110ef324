/** Listening for an abort. */
import { setMaxListeners } from 'node:events'

/** Calls `act` when `signal` aborts, or at once where it has; returns what stops listening. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  // One signal serves every host of a run: a warning about many listeners would be about nothing.
  setMaxListeners(0, signal)
  signal.addEventListener('abort', act, { once: true })
  if (signal.aborted) act()
  return () => signal.removeEventListener('abort', act)
}
