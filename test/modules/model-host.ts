/**
 * A host in memory that does what steps say, as the real programs were measured to: `ip mptcp` with the kernel's
 * refusals, NetworkManager with flags on device and profile, sysctl files, systemd units, and a reboot.
 */
import { ENABLING_LINK, mptcpPersisted } from '../../src/facts/mptcp_persisted.ts'
import type { Endpoint, EndpointFlag } from '../../src/facts/mptcp_endpoints.ts'
import { endpointKey } from '../../src/facts/mptcp_endpoints.ts'
import type { Step } from '../../src/model/change.ts'
import { isEndpointFlag, sortFlags } from '../../src/mptcp/endpoint-flags.ts'
import { nmCovers, nmMakes } from '../../src/mptcp/nm-flags.ts'
import { parseRestoreScript, RESTORE_SCRIPT_PATH, RESTORE_UNIT_PATH } from '../../src/mptcp/restore-script.ts'
import { networkOf } from '../../src/text/ip.ts'
import { sysctlLines, winningLines } from '../../src/mptcp/sysctl-files.ts'
import type { FactValues } from './base-facts.ts'
import { baseFacts, managedFacts, merge } from './base-facts.ts'
import type { ModelUnit } from './model-units.ts'
import { bootUnits, fileBlock, unitFacts, unitSystemctl } from './model-units.ts'

interface File {
  content: string
  mode: string
  owner: string
  group: string
}

export interface NmCard {
  /** Flags of the profile, as NetworkManager has it in memory. */
  profile: number
  applied: number
  /** Static addresses of the profile with prefix length; those of the card unless given. */
  stored?: string[]
  /** A file below /run hides the one on the disk. */
  shadowed?: boolean
  /** Addresses whose endpoints NetworkManager made or took over. */
  made: string[]
}

export interface ModelHost {
  endpoints: Endpoint[]
  limits: { subflows: number; addAddrAccepted: number }
  sysctl: string
  /** Further settings below net.mptcp, by full name. */
  settings: Record<string, string>
  files: Record<string, File>
  folders: string[]
  unitEnabled: boolean
  /** Other units than the restoring one, by name. */
  units: Record<string, ModelUnit>
  addresses: { dev: string; address: string; prefix: number }[]
  /** Card with the default route, or null. */
  defaultRoute: string | null
  /** Managed cards; empty without NetworkManager. */
  nm: Record<string, NmCard>
  nextId: number
}

const NAME = 'net.mptcp.enabled'

const KEYFILES = '/etc/NetworkManager/system-connections'

/** A profile's file on the disk, and the one in memory that hides it. */
const keyfile = (dev: string): string => `${KEYFILES}/${dev}.nmconnection`
const shadow = (dev: string): string => `/run/NetworkManager/system-connections/${dev}.nmconnection`

const DEFAULTS = {
  'net.mptcp.checksum_enabled': '0',
  'net.mptcp.close_timeout': '60',
  'net.mptcp.pm_type': '0',
  'net.mptcp.path_manager': 'kernel',
}

export function modelHost(over: Partial<ModelHost>): ModelHost {
  const host: ModelHost = {
    endpoints: [],
    limits: { subflows: 2, addAddrAccepted: 0 },
    sysctl: '0',
    settings: { ...DEFAULTS },
    files: {},
    folders: ['/etc/sysctl.d', '/etc/systemd/system', '/usr/lib/sysctl.d', '/usr/local', KEYFILES],
    unitEnabled: false,
    units: {},
    addresses: [],
    defaultRoute: null,
    nm: {},
    nextId: 1,
    ...over,
  }
  for (const [dev, card] of Object.entries(host.nm)) {
    card.stored ??= host.addresses.filter((own) => own.dev === dev).map(({ address, prefix }) => `${address}/${prefix}`)
    save(host, dev)
    sync(host, dev)
  }
  return host
}

/** All facts that the modules ask for, by key. */
export function factsOf(host: ModelHost): FactValues {
  const base = baseFacts(10, '10.0.0.2')
  const sources = Object.entries(host.files)
    .filter(([path]) => path.includes('/sysctl.d/'))
    .map(([path, { content }]) => ({ path, target: null, content }))
  const lines = sysctlLines(sources)
  const nm = Object.keys(host.nm).length === 0 ? {} : { nm: structuredClone(managedFacts['nm']) }
  const known = merge(base, nm) as FactValues & { nm: { devices: Record<string, { managed: boolean }> } }
  for (const [dev, device] of Object.entries(known.nm.devices)) device.managed = host.nm[dev] !== undefined
  const own = host.files['/etc/sysctl.d/90-mptcp.conf']
  return {
    ...known,
    ...unitFacts(host),
    endpoint: Object.fromEntries(host.endpoints.map((endpoint) => [endpointKey(endpoint), { ...endpoint }])),
    limits: { ...host.limits, max: 8 },
    sysctl: { [NAME]: host.sysctl, ...host.settings },
    sysctl_persisted: {
      values: winningLines(lines, [NAME, ...Object.keys(DEFAULTS)]),
      lines,
      files: Object.fromEntries(sources.map(({ path }) => [path, host.files[path]])),
    },
    'file//etc/sysctl.d/90-mptcp.conf': own === undefined ? null : { kind: 'file', ...own },
    mptcp_persisted: mptcpPersisted.parse({ stdout: persistedProbe(host), stderr: '', rc: 0 }),
    addresses: host.addresses.map((address) => ({
      ...address,
      family: address.address.includes(':') ? 6 : 4,
      scope: 'global',
      dynamic: false,
      tentative: false,
      peer: null,
    })),
    routing: { rules: [], routes: routesOf(host) },
    nm_profile: Object.fromEntries(
      Object.entries(host.nm).map(([dev, card]) => [
        dev,
        {
          'connection.id': dev,
          'connection.uuid': `uuid-${dev}`,
          'connection.autoconnect': 'yes',
          'connection.mptcp-flags': String(card.profile),
          ...storedSettings(card.stored ?? []),
          filename: card.shadowed === true ? shadow(dev) : keyfile(dev),
        },
      ]),
    ),
    ...Object.fromEntries(
      ['eth0', 'wlan0'].map((dev) => {
        const file = host.nm[dev] === undefined ? undefined : host.files[keyfile(dev)]
        return [`nm_keyfile/${dev}`, file === undefined ? null : { path: keyfile(dev), kind: 'file', ...file }]
      }),
    ),
  }
}

function storedSettings(stored: readonly string[]): Record<string, string> {
  const [four, six] = [stored.filter((text) => !text.includes(':')), stored.filter((text) => text.includes(':'))]
  return {
    'ipv4.method': four.length > 0 ? 'manual' : 'disabled',
    'ipv4.addresses': four.join(', '),
    'ipv4.gateway': '',
    'ipv6.method': six.length > 0 ? 'manual' : 'disabled',
    'ipv6.addresses': six.join(', '),
    'ipv6.gateway': '',
  }
}

function routesOf(host: ModelHost): unknown[] {
  const base = { type: 'unicast', gateway: null, table: 'main', metric: 0, prefsrc: null, scope: null }
  return [
    ...host.addresses.map(({ dev, address, prefix }) => {
      return { ...base, dev, family: address.includes(':') ? 6 : 4, dst: networkOf(address, prefix) }
    }),
    ...(host.defaultRoute === null ? [] : [4, 6]).map((family) => {
      return { ...base, dev: host.defaultRoute, family, dst: 'default' }
    }),
  ]
}

function persistedProbe(host: ModelHost): string {
  return [
    ...host.folders.map((path) => `directory ${path}`),
    ...(host.unitEnabled ? ['enabled'] : []),
    fileBlock(host.files[RESTORE_SCRIPT_PATH]),
    fileBlock(host.files[RESTORE_UNIT_PATH]),
    '',
  ].join('\n')
}

/** Runs a step; throws where the real program would fail. */
export function runStep(host: ModelHost, step: Step): void {
  if (step.kind === 'write') {
    const folder = step.path.slice(0, step.path.lastIndexOf('/'))
    if (!host.folders.includes(folder)) throw new Error(`no folder ${folder}`)
    const { mode, owner, group } = step
    host.files[step.path] = { content: step.bytes as string, mode, owner, group }
    return
  }
  if (step.kind === 'remove') {
    delete host.files[step.path]
    return
  }
  const [program, ...words] = step.argv
  const known: Record<string, (words: readonly string[]) => void> = {
    ip: (args) => ip(host, args),
    sysctl: ([, setting = '']) => setSysctl(host, setting.split('=')[0]!, setting.split('=')[1]!),
    mkdir: (args) => void (host.folders = [...new Set([...host.folders, args.at(-1)!])]),
    rmdir: (args) => rmdir(host, args.at(-1)!),
    systemctl: (args) => systemctl(host, args),
    nmcli: (args) => nmcli(host, args),
    rm: ([, path = '']) => remove(host, path),
    sleep: () => {},
    sh: (args) => checkAddresses(host, args),
    sync: () => {},
  }
  const action = known[program ?? '']
  if (action === undefined) throw new Error(`no program ${program}`)
  action(words)
}

/** As nm-check.ts looks for a card's addresses. */
function checkAddresses(host: ModelHost, [script, dev, ...wanted]: readonly string[]): void {
  if (script !== 'check-addresses') throw new Error(`no script ${script}`)
  const own = host.addresses.filter((address) => address.dev === dev)
  const there = new Set(own.map(({ address, prefix }) => `${address}/${prefix}`))
  const lacks = wanted.filter((text) => !there.has(text))
  if (lacks.length > 0) throw new Error(`${lacks.join(', ')} not on ${dev}`)
}

function remove(host: ModelHost, path: string): void {
  delete host.files[path]
  if (path === ENABLING_LINK) host.unitEnabled = false
  for (const [dev, card] of Object.entries(host.nm)) if (path === shadow(dev)) card.shadowed = false
}

function rmdir(host: ModelHost, path: string): void {
  const held = [...Object.keys(host.files), ...host.folders].some((other) => other.startsWith(`${path}/`))
  if (!held) host.folders = host.folders.filter((folder) => folder !== path)
}

function systemctl(host: ModelHost, words: readonly string[]): void {
  const [verb, unit] = words
  if (unit !== 'mptcp-fleet.service') return unitSystemctl(host, words)
  if (host.files[RESTORE_UNIT_PATH] === undefined) throw new Error(`${unit} does not exist`)
  host.unitEnabled = verb === 'enable'
}

function ip(host: ModelHost, [, object, verb, ...words]: readonly string[]): void {
  if (object === 'limits') {
    const value = Number(words[1])
    if (value > 8) throw new Error('limit greater than maximum (8)')
    if (words[0] === 'subflows') host.limits.subflows = value
    else host.limits.addAddrAccepted = value
    return
  }
  if (verb === 'add') addEndpoint(host, words)
  else {
    const found = host.endpoints.find(({ id }) => id === Number(words[1]))
    if (found === undefined) throw new Error('address not found')
    if (verb === 'delete') host.endpoints = host.endpoints.filter((one) => one !== found)
    else if (words[2] === 'backup') found.flags = sortFlags([...found.flags, 'backup'])
    else found.flags = found.flags.filter((flag) => flag !== 'backup')
  }
}

function addEndpoint(host: ModelHost, [address = '', ...words]: readonly string[]): void {
  const value = (word: string): string | undefined =>
    words.includes(word) ? words[words.indexOf(word) + 1] : undefined
  const flags = sortFlags(words.filter((word): word is EndpointFlag => isEndpointFlag(word)))
  const port = value('port') === undefined ? null : Number(value('port'))
  const id = Number(value('id'))
  const same = host.endpoints.find(
    (one) => one.address === address && (one.port === port || port === null) && one.port === port,
  )
  if (same !== undefined) throw new Error(same.flags.includes('implicit') ? '-22' : '-17')
  if (host.endpoints.some((one) => one.id === id)) throw new Error('-16')
  if (host.endpoints.length >= 8) throw new Error('-34')
  if (port !== null && host.sysctl !== '1') throw new Error('create listen socket error: -92')
  if (port !== null && (!flags.includes('signal') || flags.includes('subflow'))) throw new Error('port without signal')
  if (flags.includes('signal') && flags.includes('fullmesh')) throw new Error('signal and fullmesh')
  host.endpoints.push({ address, port, id, flags, dev: value('dev') ?? null })
  host.nextId = id + 1
}

function setSysctl(host: ModelHost, name: string, value: string): void {
  if (name === NAME) host.sysctl = value
  else host.settings[name] = value
  // Two names of one setting.
  if (name === 'net.mptcp.path_manager') host.settings['net.mptcp.pm_type'] = value === 'userspace' ? '1' : '0'
  if (name === 'net.mptcp.pm_type') host.settings['net.mptcp.path_manager'] = value === '1' ? 'userspace' : 'kernel'
}

function nmcli(host: ModelHost, given: readonly string[]): void {
  const isTemporary = given.includes('--temporary')
  const words = (given[0] === '--wait' ? given.slice(2) : given).filter((word) => word !== '--temporary')
  const [object, verb] = words
  if (verb === 'load') return load(host, words[2]!)
  const dev = (verb === 'up' ? words[3]! : words[2]!).replace(/^uuid-/, '')
  const card = host.nm[dev]
  if (card === undefined) throw new Error(`${dev} is not managed`)
  if (verb === 'up') return activate(host, dev)
  for (let at = 3; at < words.length; at += 2) {
    const [setting = '', value = ''] = words.slice(at, at + 2)
    if (setting === 'connection.mptcp-flags') {
      if (object === 'connection') card.profile = Number(value)
      else card.applied = Number(value)
    } else if (setting.endsWith('.addresses')) {
      const isSix = setting.startsWith('ipv6')
      const others = (card.stored ?? []).filter((text) => text.includes(':') !== isSix)
      const own = value.split(',').filter((text) => text !== '')
      card.stored = isSix ? [...others, ...own] : [...own, ...others]
    }
  }
  if (object === 'device') sync(host, dev)
  else if (isTemporary) card.shadowed = true
  else save(host, dev)
}

/** What NetworkManager has in memory goes to the disk. */
function save(host: ModelHost, dev: string): void {
  const card = host.nm[dev]!
  card.shadowed = false
  const content = JSON.stringify({ profile: card.profile, stored: card.stored })
  host.files[keyfile(dev)] = { content, mode: '0600', owner: 'root', group: 'root' }
}

/** A file in memory goes before the one on the disk. */
function load(host: ModelHost, path: string): void {
  const [dev, card] = Object.entries(host.nm).find(([name]) => keyfile(name) === path)!
  if (card.shadowed !== true) Object.assign(card, JSON.parse(host.files[keyfile(dev)]!.content))
}

/** The card gets what its profile says; endpoints that NetworkManager made of its old addresses go with them. */
function activate(host: ModelHost, dev: string): void {
  const card = host.nm[dev]!
  host.endpoints = host.endpoints.filter((one) => one.port !== null || !card.made.includes(one.address))
  card.made = []
  card.applied = card.profile
  const own = (card.stored ?? []).map((text) => ({
    dev,
    address: text.split('/')[0]!,
    prefix: Number(text.split('/')[1]),
  }))
  // Listed by card, in the cards' order.
  const all = [...host.addresses.filter((address) => address.dev !== dev), ...own]
  host.addresses = all.toSorted((a, b) => a.dev.localeCompare(b.dev))
  sync(host, dev)
}

/** What NetworkManager does on a card when flags are set or the profile is activated. */
function sync(host: ModelHost, dev: string): void {
  const card = host.nm[dev]!
  const wantsSysctl = (card.applied & 4) === 0
  const makes = wantsSysctl && host.sysctl !== '1' ? null : nmMakes(card.applied, host.defaultRoute === dev)
  if (makes === null) {
    host.endpoints = host.endpoints.filter((one) => one.port !== null || !card.made.includes(one.address))
    card.made = []
    return
  }
  for (const { address } of host.addresses.filter((own) => own.dev === dev && nmCovers(own.address))) {
    const there = host.endpoints.find((one) => one.address === address && one.port === null)
    if (there === undefined) {
      while (host.endpoints.some(({ id }) => id === host.nextId)) host.nextId++
      if (host.endpoints.length < 8) host.endpoints.push({ address, port: null, id: host.nextId++, flags: makes, dev })
    } else Object.assign(there, { flags: makes, dev })
    card.made.push(address)
  }
}

/** The kernel forgets; files, profiles and the restore unit bring back. */
export function reboot(host: ModelHost): void {
  const sources = Object.entries(host.files).map(([path, { content }]) => ({ path, target: null, content }))
  const lines = winningLines(sysctlLines(sources), [NAME, ...Object.keys(DEFAULTS)])
  host.sysctl = '0'
  host.settings = { ...DEFAULTS }
  for (const [name, line] of Object.entries(lines)) setSysctl(host, name, line.value)
  host.endpoints = []
  host.nextId = 1
  host.limits = { subflows: 2, addAddrAccepted: 0 }
  host.files = Object.fromEntries(Object.entries(host.files).filter(([path]) => !path.startsWith('/run/')))
  host.folders = host.folders.filter((path) => !path.startsWith('/run/'))
  for (const dev of Object.keys(host.nm)) {
    host.nm[dev]!.shadowed = false
    load(host, keyfile(dev))
    activate(host, dev)
  }
  bootUnits(host)
  const script = host.unitEnabled ? host.files[RESTORE_SCRIPT_PATH] : undefined
  if (script === undefined) return
  const model = parseRestoreScript(script.content)
  host.limits.subflows = model.limits.subflows ?? host.limits.subflows
  host.limits.addAddrAccepted = model.limits.addAddrAccepted ?? host.limits.addAddrAccepted
  for (const wish of Object.values(model.endpoints)) {
    host.endpoints = host.endpoints.filter((one) => endpointKey(one) !== endpointKey(wish))
    while (host.endpoints.some(({ id }) => id === host.nextId)) host.nextId++
    host.endpoints.push({ ...wish, id: wish.id ?? host.nextId++ })
  }
}
