/** Live MPTCP connections of the fleet, each with its subflows. */
import type { StatusConnection, StatusHost } from '../../model/status.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { drawTable, tableWidth } from '../table.ts'
import { formatBytes } from '../units.ts'
import { count, wrap } from '../wrap.ts'
import { socketText } from './words.ts'

/** Hosts and connections of each that are shown unless verbose. */
const MAX_HOSTS = 10
const MAX_CONNECTIONS = 5

/** Empty where there are no connections. */
export function renderConnections(hosts: readonly StatusHost[], style: Style, verbose: boolean): string {
  const busy = hosts.filter((host) => (host.reading?.connections?.total ?? 0) > 0)
  const shown = verbose ? busy : busy.slice(0, MAX_HOSTS)
  const blocks = shown.map((host) => hostConnections(host, style, verbose))
  const rest = busy.slice(shown.length)
  if (rest.length > 0) {
    const total = rest.reduce((sum, host) => sum + host.reading!.connections!.total, 0)
    blocks.push(
      `${wrap(`and ${count(total, 'connection')} of ${count(rest.length, 'more host')}; -v shows them`, style.width)}\n`,
    )
  }
  return blocks.join('')
}

function hostConnections(host: StatusHost, style: Style, verbose: boolean): string {
  const { total, fallbacks, listed } = host.reading!.connections!
  const shown = verbose ? listed : listed.slice(0, MAX_CONNECTIONS)
  const fell = fallbacks === 0 ? '' : paint(style, 'yellow', `, ${fallbacks} fell back to plain TCP`)
  const lines = [`${paint(style, 'bold', sanitize(host.name))}: ${count(total, 'connection')}${fell}`]
  if (shown.length > 0) lines.push(table(shown, style))
  if (total > shown.length) lines.push(`and ${total - shown.length} more`)
  return `${lines.join('\n')}\n`
}

interface Row {
  local: string
  peer: string
  kind: string
  received: string
  sent: string
}

function table(connections: readonly StatusConnection[], style: Style): string {
  const rows = connections.flatMap((connection) => rowsOf(connection, style))
  const wide = drawTable(
    ['local', 'peer', '', 'received', 'sent'],
    rows.map(({ local, peer, kind, received, sent }) => [local, peer, kind, received, sent]),
    { right: [3, 4] },
  )
  if (tableWidth(wide) <= style.width) return wide
  return drawTable(
    ['local\npeer', '', 'received\nsent'],
    rows.map(({ local, peer, kind, received, sent }) => [`${local}\n  ${peer}`, kind, `${received}\n${sent}`]),
    { right: [2] },
  )
}

function rowsOf(connection: StatusConnection, style: Style): Row[] {
  const { localAddress, localPort, peerAddress, peerPort, bytesReceived, bytesSent, subflows, fallback } = connection
  const own = {
    local: socketText(localAddress, localPort),
    peer: socketText(peerAddress, peerPort),
    kind: connectionKind(connection, style),
    received: formatBytes(bytesReceived),
    sent: formatBytes(bytesSent),
  }
  const below = subflows.map((subflow) => {
    const device = subflow.localDevice === null ? '' : `%${sanitize(subflow.localDevice)}`
    const words = [
      subflow.join ? 'join' : 'first',
      subflow.backup ? 'backup' : '',
      subflow.state === 'ESTAB' ? '' : subflow.state,
      subflow.state === 'ESTAB' && !subflow.established && !fallback ? 'not yet used' : '',
    ]
    return {
      local: `  ${sanitize(subflow.localAddress)}${device}`,
      peer: `  ${sanitize(subflow.peerAddress)}`,
      kind: sanitize(words.filter((word) => word !== '').join(', ')),
      received: formatBytes(subflow.bytesReceived),
      sent: formatBytes(subflow.bytesSent),
    }
  })
  return [own, ...below]
}

function connectionKind({ state, fallback, programs }: StatusConnection, style: Style): string {
  const words = [
    fallback ? paint(style, 'yellow', 'plain TCP') : '',
    sanitize(programs.slice(0, 2).join(', ')),
    state === 'ESTAB' ? '' : sanitize(state),
  ].filter((word) => word !== '')
  return words.length === 0 ? 'MPTCP' : words.join(' ')
}
