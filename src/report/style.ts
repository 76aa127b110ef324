/** Colours and width of the place where text is shown. Renderers get a Style and stay pure. */
import { styleText } from 'node:util'

export interface Style {
  /** Columns. */
  width: number
  color: boolean
}

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** What a file or a pipe gets. */
export const PLAIN: Style = { width: 80, color: false }

/** Colours the text where the style allows it. */
export function paint(style: Style, color: Paint, text: string): string {
  return style.color && text !== '' ? styleText(color, text, { validateStream: false }) : text
}

/** The style of a stream: colours on a terminal only and never with NO_COLOR; 80 columns where it has none. */
export function styleOf(
  stream: { isTTY?: boolean | undefined; columns?: number | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const terminal = stream.isTTY === true
  const color = terminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  return { width: terminal ? Math.max(40, stream.columns || 80) : 80, color }
}

/** Whether the terminal shows more than ASCII, by the locale that programs are to use there. */
export function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => (value ?? '') !== '') ?? ''
  return /utf-?8/i.test(locale)
}
