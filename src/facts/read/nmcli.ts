/** What the facts about NetworkManager share. */
import type { Piece } from './output.ts'

/** Whether nmcli found no daemon to ask: exit status 8, or no system bus at all, as where no systemd runs. */
export function nmIsAway({ text, rc }: Piece): boolean {
  return rc === 8 || (rc !== 0 && /could not create NMClient object/i.test(text))
}

/** One line of `nmcli -t`: columns between colons; in a column `:` and `\` carry a backslash. */
export function nmcliColumns(line: string): string[] {
  const columns = ['']
  for (const [token] of line.matchAll(/\\.|:|[^\\:]+|\\/g)) {
    if (token === ':') columns.push('')
    else columns[columns.length - 1] += token.replace(/^\\(?=.)/, '')
  }
  return columns
}
