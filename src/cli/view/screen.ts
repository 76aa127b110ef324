/** stdout and stderr with one status line at the bottom, redrawn in place on a terminal and absent elsewhere. */
import { styleOf } from '../../report/style.ts'
import type { Style } from '../../report/style.ts'
import { cutDisplay } from '../../report/width.ts'
import type { Io } from '../io.ts'

/** Texts end with a line end. */
export interface Screen {
  outStyle: Style
  errStyle: Style
  /** Whether a status line can be shown. */
  live: boolean
  out: (text: string) => void
  /** JSON on stdout. */
  data: (text: string) => void
  err: (text: string) => void
  /** Shows this line from now on; empty: none. It is cut to the terminal's width. */
  status: (text: string) => void
  /** Hides the status line while something else has the terminal (a question), until `release`. */
  hold: () => void
  release: () => void
  /** Removes the status line for good. */
  close: () => void
}

const CLEAR_TO_END = '\u001B[K'

export function createScreen(io: Io): Screen {
  const live = io.stderr.isTTY === true && io.env['TERM'] !== 'dumb'
  let line = ''
  let drawn = ''
  let hidden = false
  const clear = (): void => {
    if (drawn !== '') io.stderr.write(`\r${CLEAR_TO_END}`)
    drawn = ''
  }
  // Written over the old line rather than after clearing it, so that nothing flickers.
  const draw = (): void => {
    const text = cutDisplay(line, Math.max(10, (io.stderr.columns || 80) - 1))
    if (!live || hidden || text === drawn) return
    if (text === '') clear()
    else io.stderr.write(`\r${text}${CLEAR_TO_END}`)
    drawn = text
  }
  const above = (stream: Io['stdout'], text: string): void => {
    if (text === '') return
    clear()
    stream.write(text)
    draw()
  }
  return {
    outStyle: styleOf(io.stdout, io.env),
    errStyle: styleOf(io.stderr, io.env),
    live,
    out: (text) => above(io.stdout, text),
    data: (text) => above(io.data, text),
    err: (text) => above(io.stderr, text),
    status: (text) => {
      line = text
      draw()
    },
    hold: () => {
      clear()
      hidden = true
    },
    release: () => {
      hidden = false
      draw()
    },
    close: () => {
      line = ''
      clear()
      hidden = true
    },
  }
}
