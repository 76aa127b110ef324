/** One line of `nmcli -t`: columns between colons; in a column `:` and `\` carry a backslash. */
export function nmcliColumns(line: string): string[] {
  const columns = ['']
  for (const [token] of line.matchAll(/\\.|:|[^\\:]+|\\/g)) {
    if (token === ':') columns.push('')
    else columns[columns.length - 1] += token.replace(/^\\(?=.)/, '')
  }
  return columns
}
