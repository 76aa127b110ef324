/** Everything that was read of a host, line by line. */
import type { StatusHost, StatusReading } from '../../model/status.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { paint } from '../style.ts'
import { formatBytes } from '../units.ts'
import { count, wrap } from '../wrap.ts'
import { endpointText, OWNERS, VERDICT_COLORS, verdictWord } from './words.ts'

const LABEL = 16

/** One block a host that was read; connections and trouble have sections of their own. */
export function renderDetails(hosts: readonly StatusHost[], style: Style): string {
  return hosts
    .flatMap((host) => (host.reading === null ? [] : [hostBlock(host, host.reading, style)]))
    .map((block) => `${block}\n`)
    .join('')
}

function hostBlock(host: StatusHost, reading: StatusReading, style: Style): string {
  const word = paint(style, VERDICT_COLORS[host.verdict], verdictWord(host))
  const fields: [string, string[]][] = [
    ['enabled', [enabledText(reading.enabled)]],
    ['limits', [limitsText(reading.limits)]],
    ['endpoints', endpointLines(reading)],
    ['links', linkLines(reading)],
    ['NetworkManager', managerLines(reading)],
    [
      'fell back',
      [reading.fallbacks === null ? 'not counted' : `${count(reading.fallbacks, 'connection')} since boot`],
    ],
    ...logFields(reading),
    [
      'not read',
      reading.unread.map(({ fact, reason, hint }) => `${fact}: ${reason}${hint === '' ? '' : ` (${hint})`}`),
    ],
  ]
  const lines = fields.flatMap(([label, values]) =>
    values.map((value, index) => {
      const head = `  ${(index === 0 ? label : '').padEnd(LABEL)}`
      return wrap(sanitize(value), style.width, head, ' '.repeat(LABEL + 4))
    }),
  )
  return [`${paint(style, 'bold', sanitize(host.name))} (${sanitize(host.address)}): ${word}`, ...lines].join('\n')
}

function enabledText({ running, persistent, file }: StatusReading['enabled']): string {
  const now = running === null ? 'not known now' : running ? 'now' : 'not now'
  if (persistent === null) return `${now}; no file sets it at boot`
  return `${now}; ${persistent ? 'switched on' : 'switched off'} at boot by ${file}`
}

function limitsText(limits: StatusReading['limits']): string {
  if (limits === null) return 'not read'
  const names = { subflows: 'subflows', addAddrAccepted: 'add_addr_accepted' } as const
  const parts = (['subflows', 'addAddrAccepted'] as const).map((name) => {
    const { running, persistent } = limits[name]
    return `${names[name]} ${running} (${persistent === null ? 'not restored' : `at boot ${persistent}`})`
  })
  return parts.join(', ')
}

function endpointLines({ endpoints, missingEndpoints }: StatusReading): string[] {
  if (endpoints === null) return ['not read']
  const lines = endpoints.map((endpoint) => {
    const boot = { true: 'persistent', false: 'not persistent', null: 'persistence not known' }
    const implicit = endpoint.flags.includes('implicit')
    const end = implicit ? 'kernel, made by itself' : `${OWNERS[endpoint.owner]}, ${boot[`${endpoint.persistent}`]}`
    return `${endpointText(endpoint)}: ${end}`
  })
  const missing = missingEndpoints.map((key) => `${key}: declared but not there`)
  return lines.length + missing.length === 0 ? ['none'] : [...lines, ...missing]
}

function linkLines({ links }: StatusReading): string[] {
  return (links ?? []).map(({ name, up, mtu, kind, rxBytes, txBytes, addresses }) => {
    // MPTCP announces no link-local addresses.
    const own = addresses.filter((address) => !address.startsWith('fe80:')).join(' ') || 'no address'
    const bytes = `in ${formatBytes(rxBytes)}, out ${formatBytes(txBytes)}`
    return `${name} ${up ? 'up' : 'down'} ${own}${kind === null ? '' : ` ${kind}`} mtu ${mtu}; ${bytes}`
  })
}

function managerLines({ networkManager }: StatusReading): string[] {
  if (networkManager === null) return ['not installed']
  if (!networkManager.running) return ['installed, does not run']
  const devices = networkManager.devices.map(({ device, type, state, profile, mptcpFlags }) => {
    const flags = mptcpFlags === null ? '' : `, mptcp-flags 0x${mptcpFlags.toString(16)}`
    return `${device} ${type} ${state}${profile === null ? '' : `, profile ${profile}${flags}`}`
  })
  return [`version ${networkManager.version ?? 'unknown'}`, ...devices]
}

function logFields({ log }: StatusReading): [string, string[]][] {
  if (log === null) return []
  const parts = [
    ['kernel log', log.kernel],
    ['journal', log.journal],
    ['units', log.service],
  ] as const
  return parts.map(([label, { lines, total, absent }]) => {
    if (absent !== null) return [label, [absent]]
    if (total === 0) return [label, ['nothing about MPTCP since boot']]
    return [
      label,
      [total > lines.length ? `the last ${lines.length} of ${total} lines:` : `${count(total, 'line')}:`, ...lines],
    ]
  })
}
