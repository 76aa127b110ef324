/** One line of `nmcli -t`: columns between colons; in a column `:` and `\` carry a backslash. */
export function nmcliColumns(line: string): string[] {
  return line.split(/(?<=^(?:[^\\]|\\.)*):/).map(unescape)
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1')
}
