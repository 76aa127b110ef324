/** Host names with a port behind them, as Ansible tells them from other text. */

const RANGE = String.raw`\[(?:[a-z]:[a-z]|\d+:\d+)(?::\d+)?\]`
const LABEL = String.raw`(?:[\p{L}\p{N}_]|${RANGE})(?:[\p{L}\p{N}_-]|${RANGE})*(?<![_-])`
const HOST_NAME = new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*$`, 'iu')

const NUMBER_RANGE = String.raw`\[\d+:\d+(?::\d+)?\]`
const OCTET = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${NUMBER_RANGE})`
const IPV4 = new RegExp(String.raw`^(?:${OCTET}\.){3}${OCTET}$`)

const HEX = String.raw`(?:[\da-f]{1,4}|\[[\da-f]+:[\da-f]+(?::\d+)?\])`
/** Eight parts, fewer round one `::`, or an IPv4 address at the end; what follows a `::` is looked at no closer, as in Ansible. */
const IPV6 = new RegExp(
  String.raw`^(?:(?:${HEX}:){7}${HEX}|(?:${HEX}:){1,6}:|::|(?:0:){5}(?:0|ffff):(?:${HEX}\.){3}${HEX})`,
  'i',
)

/** The name, perhaps with ranges in it, and the port behind it. Null where the text is no name or address of a host. */
export function parseHostAddress(text: string): { name: string; port: number | null } | null {
  const [, name = text, port] = /^\[(.+)\]:(\d+)$/.exec(text) ?? /^((?:[^:[\]]|\[[^\]]*\])*):(\d+)$/.exec(text) ?? []
  if (![IPV4, IPV6, HOST_NAME].some((form) => form.test(name))) return null
  return { name, port: port === undefined ? null : Number(port) }
}
