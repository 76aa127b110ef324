/** Facts of two stock hosts as the pair topology has them; cases say only what differs. */

type Json = unknown
export type FactValues = Record<string, Json>

const MAIN_LINKS = {
  mac: null,
  mtu: 1500,
  up: true,
  loopback: false,
  kind: 'veth',
  master: null,
  rxBytes: 0,
  txBytes: 0,
}

/** A host with eth0 in 192.0.2.0/24, wlan0 in 198.51.100.0/24, mgmt0 in a /30 of its own. No NetworkManager. */
export function baseFacts(last: number, management: string): FactValues {
  const own = [
    { dev: 'lo', address: '127.0.0.1', prefix: 8, scope: 'host' },
    { dev: 'mgmt0', address: management, prefix: 30, scope: 'global' },
    { dev: 'eth0', address: `192.0.2.${last}`, prefix: 24, scope: 'global' },
    { dev: 'wlan0', address: `198.51.100.${last}`, prefix: 24, scope: 'global' },
  ]
  return {
    identity: { uid: 0, hostname: 'host', bootId: 'b', machine: 'x86_64', systemd: true },
    kernel: {
      release: '6.12.0',
      config: { CONFIG_MPTCP: 'y', CONFIG_INET_MPTCP_DIAG: 'm', CONFIG_MPTCP_IPV6: 'y' },
      configSource: '/boot/config-6.12.0',
    },
    mptcp_socket: { opens: true, errno: null, errnoName: null, method: 'perl' },
    sysctl: { 'net.mptcp.enabled': '0' },
    sysctl_persisted: { values: {}, lines: [], files: {} },
    'file//etc/sysctl.d/90-mptcp.conf': null,
    'file//etc/sysctl.d': { kind: 'other', content: '', mode: '0755', owner: 'root', group: 'root' },
    mptcp_dropins: {},
    wrap_library: null,
    listeners: [],
    limits: { subflows: 2, addAddrAccepted: 0, max: 8 },
    endpoint: {},
    mptcp_persisted: {
      limits: { subflows: null, addAddrAccepted: null },
      endpoints: {},
      badLines: [],
      script: null,
      unit: null,
      unitEnabled: false,
      directories: { '/usr/local/libexec': false, '/usr/local/libexec/mptcp-fleet': false },
    },
    links: Object.fromEntries(
      ['lo', 'mgmt0', 'eth0', 'wlan0'].map((name, index) => [
        name,
        { ...MAIN_LINKS, name, index: index + 1, loopback: name === 'lo' },
      ]),
    ),
    addresses: own.map((address) => ({ ...address, family: 4, dynamic: false, tentative: false, peer: null })),
    routing: { routes: own.slice(1).map(({ dev, address, prefix }) => connected(dev, address, prefix)), rules: [] },
    net_filters: {
      rpFilter: { all: 0, eth0: 0, wlan0: 0 },
      arpIgnore: { all: 0, eth0: 0, wlan0: 0 },
      arpFilter: { all: 0, eth0: 0, wlan0: 0 },
    },
    firewall: { chains: [], legacy: [], absent: null },
    selinux: { mode: null, denials: [], absent: null },
    unit_files: { shadowing: {}, rewritten: [] },
    boot: { startedAt: 1_795_336_722, changed: {} },
    nm: { installed: false, running: false, version: null, devices: {} },
    nm_profile: {},
    tools: {
      paths: { mptcpize: null, curl: '/usr/bin/curl', python3: '/usr/bin/python3', ip: '/usr/sbin/ip' },
      versions: { iproute2: '6.15.0', mptcpize: null },
    },
    packages: { manager: 'apt', installed: { iproute2: '6.15.0-1' } },
    'unit/systemd-sysctl.service': {
      exists: true,
      enabled: 'static',
      active: 'active',
      dropIns: [],
      needDaemonReload: false,
      mainPid: null,
    },
    'unit/mptcp-fleet.service': {
      exists: false,
      enabled: 'not-found',
      active: 'inactive',
      dropIns: [],
      needDaemonReload: false,
      mainPid: null,
    },
    'unit/mptcp.service': {
      exists: false,
      enabled: 'not-found',
      active: 'inactive',
      dropIns: [],
      needDaemonReload: false,
      mainPid: null,
    },
    ssh_connection: { clientAddress: '10.0.0.1', serverAddress: management, serverPort: 22 },
  }
}

function connected(dev: string, address: string, prefix: number): Json {
  const host = address.split('.').map(Number)
  const mask = prefix === 30 ? [...host.slice(0, 3), host[3]! & 252] : [...host.slice(0, 3), 0]
  return {
    family: 4,
    dst: `${mask.join('.')}/${prefix}`,
    type: 'unicast',
    gateway: null,
    dev,
    table: 'main',
    metric: 0,
    prefsrc: address,
    scope: 'link',
  }
}

/** Objects are merged; everything else replaces. A name that ends in `=` replaces as a whole, one in `+` appends. */
export function merge(base: Json, over: Json): Json {
  if (!isRecord(base) || !isRecord(over)) return over
  const merged: Record<string, Json> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const name = key.replace(/[=+]$/, '')
    if (key.endsWith('=')) merged[name] = value
    else if (key.endsWith('+')) merged[name] = [...(merged[name] as Json[]), ...(value as Json[])]
    else merged[name] = merge(merged[name], value)
  }
  return merged
}

/** What NetworkManager adds to a host on whose cards it runs. */
export const managedFacts: FactValues = {
  nm: {
    installed: true,
    running: true,
    version: '1.52.0',
    devices: Object.fromEntries(
      ['mgmt0', 'eth0', 'wlan0'].map((device) => [
        device,
        { device, type: 'ethernet', state: 'connected', managed: true, profileUuid: `uuid-${device}` },
      ]),
    ),
  },
  nm_profile: Object.fromEntries(
    ['mgmt0', 'eth0', 'wlan0'].map((device) => [
      device,
      {
        'connection.id': device,
        'connection.uuid': `uuid-${device}`,
        'connection.mptcp-flags': '0',
        filename: keyfilePath(device),
      },
    ]),
  ),
  ...Object.fromEntries(
    ['mgmt0', 'eth0', 'wlan0'].map((device) => [
      `nm_keyfile/${device}`,
      {
        path: keyfilePath(device),
        kind: 'file',
        content: '[connection]\n',
        mode: '0600',
        owner: 'root',
        group: 'root',
      },
    ]),
  ),
}

function keyfilePath(device: string): string {
  return `/etc/NetworkManager/system-connections/${device}.nmconnection`
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
