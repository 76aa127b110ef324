/** Text that is shown in place of the text before it: on the terminal's other screen, or as blocks where there is none. */
import type { Io } from '../io.ts'

const ENTER = '\u001B[?1049h\u001B[?25l'
const LEAVE = '\u001B[?25h\u001B[?1049l'
const HOME = '\u001B[H'
const CLEAR_LINE = '\u001B[K'
const CLEAR_BELOW = '\u001B[J'

export interface Window {
  open: () => void
  /** Text of whole lines. On a terminal what does not fit is cut, and the last line says so. */
  show: (text: string) => void
  /** Gives the terminal back; true where what was shown is gone with it. */
  close: () => boolean
}

export function createWindow({ stdout, env }: Pick<Io, 'stdout' | 'env'>): Window {
  const live = stdout.isTTY === true && env['TERM'] !== 'dumb'
  let blocks = 0
  return {
    open: () => {
      if (live) stdout.write(ENTER)
    },
    show: (text) => {
      if (!live) {
        stdout.write(blocks++ === 0 ? text : `\n${text}`)
        return
      }
      const lines = fitted(text.trimEnd().split('\n'), stdout.rows ?? 24)
      // Written over what is there rather than after clearing it, so that nothing flickers.
      stdout.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`)
    },
    close: () => {
      if (live) stdout.write(LEAVE)
      return live
    },
  }
}

function fitted(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines
  return [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more lines`]
}
