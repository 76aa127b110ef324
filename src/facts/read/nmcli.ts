/** What the facts about NetworkManager share. */
import type { Piece } from './output.ts'

/** Whether nmcli found no daemon to ask: exit status 8, or no system bus at all, as where no systemd runs. */
export function nmIsAway({ text, rc }: Piece): boolean {
  return rc === 8 || (rc !== 0 && /could not create NMClient object/i.test(text))
}

/**
 * Shell that has nmcli print names as they are: in the C locale it prints `?` for each character that is not ASCII. Where
 * a host has no C.UTF-8 (glibc before 2.35 that nobody patched) it is the C locale again.
 */
export const NMCLI_NAMES = 'nmcli() { env LC_ALL=C.UTF-8 nmcli "$@"; }'

/** One line of `nmcli -t`: columns between colons; in a column `:` and `\` carry a backslash. */
export function nmcliColumns(line: string): string[] {
  const columns = ['']
  for (const [token] of line.matchAll(/\\.|:|[^\\:]+|\\/g)) {
    if (token === ':') columns.push('')
    else columns[columns.length - 1] += token.replace(/^\\(?=.)/, '')
  }
  return columns
}
