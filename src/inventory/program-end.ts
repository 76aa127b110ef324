/** When a program that we run is over: once it has ended itself, whatever it has left behind. */
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'

/** ms of silence after its end; a process that it left behind can hold its output open for ever. */
const LINGER = 1000
/** ms for which such a one may go on printing. */
const LONGEST = 3000

/** Null for success, else why not. Its output is read until it is closed, or nothing comes any more. */
export function programEnd(child: ChildProcess): Promise<string | null> {
  return new Promise((done) => {
    child.on('error', (error) => done(`it cannot be run: ${whyNot(error, child.spawnfile)}`))
    child.on('close', (code, signal) => done(ending(code, signal)))
    child.on('exit', (code, signal) => {
      let heard = false
      child.stdout?.on('data', () => (heard = true))
      const last = performance.now() + LONGEST
      const listen = (): void => {
        heard = false
        // A turn of the loop later what had arrived was read, however late the timer is.
        timer = setTimeout(() => setImmediate(heed), LINGER)
      }
      const heed = (): void => {
        if (heard && performance.now() < last) return listen()
        child.stdout?.destroy()
        child.stderr?.destroy()
        done(ending(code, signal))
      }
      let timer: NodeJS.Timeout
      listen()
      child.on('close', () => clearTimeout(timer))
    })
  })
}

/** Of a script that is there the system says ENOENT too, where the program of its first line is not. */
function whyNot(error: NodeJS.ErrnoException, file: string): string {
  if (error.code !== 'ENOENT' || !existsSync(file)) return error.message
  return 'its first line (#!) names a program that is not there; does that line end as Windows writes it?'
}

function ending(code: number | null, signal: NodeJS.Signals | null): string | null {
  return code === 0 ? null : `it ended with ${code ?? signal}`
}
