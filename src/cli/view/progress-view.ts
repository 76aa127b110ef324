/** Subscriber that tells on stderr what goes on, whatever stdout carries. */
import type { Emit } from '../../model/events.ts'
import { eventLine } from './lines.ts'
import { newProgress, renderProgress, trackProgress } from './progress.ts'
import type { Screen } from './screen.ts'

/** Time between two redraws of the status line, in ms. */
const REDRAW = 100

/** `stop` ends the redrawing and removes the status line; safe to call twice. */
export function progressView(screen: Screen, verbose: number): { subscriber: Emit; stop: () => void } {
  const progress = newProgress(Date.now())
  const told = new Set<string>()
  const redraw = (): void => screen.status(renderProgress(progress, Date.now()))
  const timer = screen.live ? setInterval(redraw, REDRAW) : null
  const stop = (): void => {
    if (timer !== null) clearInterval(timer)
    screen.close()
  }
  return {
    subscriber: (event) => {
      // A host that failed is finished again in every later play.
      const repeated = event.type === 'host-finished' && told.has(event.host.name)
      if (event.type === 'host-finished') told.add(event.host.name)
      trackProgress(progress, event, Date.now())
      const options = { live: screen.live, verbose, hosts: progress.total }
      if (!repeated) screen.err(eventLine(event, options, screen.errStyle))
      if (event.type === 'run-finished') stop()
    },
    stop,
  }
}
