/**
 * The script and unit that bring limits and endpoints back at boot: one function renders each, one parses the items
 * back out of the script.
 */
import { parseAddress } from '../text/ip.ts'
import type { EndpointFlag } from './endpoint-flags.ts'
import { endpointKey, isEndpointFlag, orderFlags, sortFlags } from './endpoint-flags.ts'
import { RESTORE_PROGRAM } from './restore-program.ts'

export interface PersistedEndpoint {
  address: string
  port: number | null
  id: number | null
  dev: string | null
  /** Sorted. */
  flags: EndpointFlag[]
}

/** The model that the restore script holds. */
export interface PersistedModel {
  limits: { subflows: number | null; addAddrAccepted: number | null }
  /** By endpointKey. */
  endpoints: Record<string, PersistedEndpoint>
}

/** A line of the script that someone changed and that is not understood. */
export interface BadLine {
  /** From 1. */
  line: number
  text: string
}

export const RESTORE_SCRIPT_PATH = '/usr/local/libexec/mptcp-fleet/restore'
export const RESTORE_UNIT = 'mptcp-fleet.service'
export const RESTORE_UNIT_PATH = `/etc/systemd/system/${RESTORE_UNIT}`

/** Raised when what stands round the items changes, so that scripts of other versions are told from edited ones. */
const FORMAT = 1

const HEAD = `#!/bin/sh
# Written by mptcp-fleet, format ${FORMAT}: brings back the MPTCP limits and endpoints of this host at boot.
# The items at the end may be edited; the next run of mptcp-fleet reads them back and keeps them. Anything else that is
# changed here makes it refuse to write this file. Each item runs by itself: one that fails is logged, the others still run.

${RESTORE_PROGRAM}
`

const TAIL = `ITEMS
exit "$failed"
`

/**
 * The whole script for a model; `parseRestoreScript` gives the same model back. Throws RangeError where an address, a
 * device or a number is none, since the item would then be a bad line.
 */
export function renderRestoreScript(model: PersistedModel): string {
  const { subflows, addAddrAccepted } = model.limits
  const limits = [
    ...(subflows === null ? [] : ['subflows', subflows]),
    ...(addAddrAccepted === null ? [] : ['add_addr_accepted', addAddrAccepted]),
  ]
  const items = [
    ...(limits.length === 0 ? [] : [`limits ${limits.join(' ')}`]),
    // First those that want an id of their own, before the kernel gives it to another; else by name, for a steady diff.
    ...Object.entries(model.endpoints)
      .sort(([a, left], [b, right]) => Number(left.id === null) - Number(right.id === null) || (a < b ? -1 : 1))
      .map(([, endpoint]) => endpointItem(endpoint)),
  ]
  return `${HEAD}${items.map((item) => `${item}\n`).join('')}${TAIL}`
}

/** Whether an endpoint can stand in the script: a card may have a name (`eth#0`) that no line of it can hold. */
export function isPersistable(endpoint: PersistedEndpoint): boolean {
  return parseEndpoint(endpointWords(endpoint)) !== null
}

function endpointWords({ address, port, id, dev, flags }: PersistedEndpoint): string[] {
  return [
    address,
    ...(port === null ? [] : ['port', String(port)]),
    ...(id === null ? [] : ['id', String(id)]),
    ...(dev === null ? [] : ['dev', dev]),
    ...orderFlags(flags),
  ]
}

function endpointItem(endpoint: PersistedEndpoint): string {
  const text = endpointWords(endpoint).join(' ')
  if (!isPersistable(endpoint)) throw new RangeError(`"${text}" is no endpoint that can be persisted`)
  return `endpoint ${text}`
}

/** The unit that runs the script once at boot, when addresses are there. */
export function renderRestoreUnit(): string {
  return `# Written by mptcp-fleet.
[Unit]
Description=Bring back MPTCP limits and endpoints
Wants=network-online.target
After=network-online.target NetworkManager.service systemd-networkd.service systemd-sysctl.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${RESTORE_SCRIPT_PATH}
TimeoutStartSec=120

[Install]
WantedBy=multi-user.target
`
}

/** Whether the model holds nothing to restore: then neither script nor unit is wanted. */
export function isEmptyModel(model: PersistedModel): boolean {
  const { subflows, addAddrAccepted } = model.limits
  return subflows === null && addAddrAccepted === null && Object.keys(model.endpoints).length === 0
}

/** The model in a script, and the lines that are not as this tool writes them. */
export function parseRestoreScript(content: string): PersistedModel & { badLines: BadLine[] } {
  const model: PersistedModel = { limits: { subflows: null, addAddrAccepted: null }, endpoints: {} }
  const lines = content.replace(/\n$/, '').split('\n')
  const start = lines.findIndex((line) => line.endsWith("<<'ITEMS'"))
  const end = lines.indexOf('ITEMS', start)
  const format = /^# Written by mptcp-fleet, format (\d{1,6}):/.exec(lines[1] ?? '')?.[1]
  if (format === undefined || start < 0 || end < start) {
    return { ...model, badLines: [{ line: 1, text: lines[0] ?? '' }] }
  }
  const badLines: BadLine[] = []
  if (Number(format) === FORMAT) {
    badLines.push(...differences(HEAD, lines.slice(0, start + 1), 1), ...differences(TAIL, lines.slice(end), end + 1))
  }
  for (const [index, text] of lines.slice(start + 1, end).entries()) {
    if (text.trim() !== '' && !takeItem(model, text)) badLines.push({ line: start + 2 + index, text })
  }
  return { ...model, badLines: badLines.sort((a, b) => a.line - b.line) }
}

/** The first line, if any, in which a fixed part differs from what this version writes. */
function differences(expected: string, lines: readonly string[], from: number): BadLine[] {
  const wanted = expected.replace(/\n$/, '').split('\n')
  for (let i = 0; i < Math.max(wanted.length, lines.length); i++) {
    if (wanted[i] !== lines[i]) return [{ line: from + i, text: lines[i] ?? '' }]
  }
  return []
}

function takeItem(model: PersistedModel, text: string): boolean {
  const [command, ...words] = text.trim().split(/[ \t]+/)
  if (command === 'limits') return takeLimits(model, words)
  const endpoint = command === 'endpoint' ? parseEndpoint(words) : null
  if (endpoint === null || Object.hasOwn(model.endpoints, endpointKey(endpoint))) return false
  model.endpoints[endpointKey(endpoint)] = endpoint
  return true
}

function takeLimits(model: PersistedModel, words: readonly string[]): boolean {
  const limits = { subflows: null as number | null, addAddrAccepted: null as number | null }
  const already = model.limits.subflows !== null || model.limits.addAddrAccepted !== null
  if (already || words.length === 0 || words.length % 2 !== 0) return false
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i] === 'add_addr_accepted' ? 'addAddrAccepted' : words[i]
    const value = numberWord(words[i + 1], 0, 4294967295)
    if ((name !== 'subflows' && name !== 'addAddrAccepted') || value === null || limits[name] !== null) return false
    limits[name] = value
  }
  model.limits = limits
  return true
}

function parseEndpoint(words: readonly string[]): PersistedEndpoint | null {
  // As the kernel prints it, so that keys of endpoints compare.
  const address = parseAddress(words[0] ?? '')
  if (address === null) return null
  const endpoint: PersistedEndpoint = { address: address.normal, port: null, id: null, dev: null, flags: [] }
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!
    if (isEndpointFlag(word) && word !== 'implicit') {
      endpoint.flags.push(word)
      continue
    }
    if ((word !== 'port' && word !== 'id' && word !== 'dev') || endpoint[word] !== null) return null
    const value = words[++i]
    if (word === 'dev') endpoint.dev = value !== undefined && /^[\w.@%+-]{1,15}$/.test(value) ? value : null
    else endpoint[word] = word === 'port' ? numberWord(value, 1, 65535) : numberWord(value, 1, 255)
    if (endpoint[word] === null) return null
  }
  return { ...endpoint, flags: sortFlags(endpoint.flags) }
}

function numberWord(word: string | undefined, least: number, most: number): number | null {
  const value = word !== undefined && /^(?:0|[1-9]\d{0,9})$/.test(word) ? Number(word) : -1
  return value >= least && value <= most ? value : null
}
