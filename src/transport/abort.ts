/** Listening for an abort. */
import { setMaxListeners } from 'node:events'

/** Calls `act` once `signal` aborts, in the next microtask where it already has; returns what stops listening. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  // One signal serves every host of a run: a warning about many listeners would be about nothing.
  setMaxListeners(0, signal)
  let listening = true
  const once = (): void => {
    if (listening) act()
    listening = false
  }
  if (signal.aborted) queueMicrotask(once)
  else signal.addEventListener('abort', once, { once: true })
  return () => {
    listening = false
    signal.removeEventListener('abort', once)
  }
}
