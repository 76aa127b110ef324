/** What a seed's playbook changes, and what the host must show before it and after it. */
import type { Choices } from './random.ts'

/** What can be read of a host, by name: see host-state.ts. */
export type HostState = Record<string, string>

/** One task, and what it makes of the host. */
export interface Part {
  name: string
  task: Record<string, unknown>
  /** Of what it changes, the new values; for lists of lines, the lines it adds. */
  values: HostState
  lines: { conf?: string[]; restore?: string[] }
  /** What it does lasts over a reboot. */
  lasts: boolean
}

export interface Wish {
  /** `bare`: nothing of this tool is there; `made`: its files are, with other values. */
  before: 'bare' | 'made'
  parts: Part[]
}

/** Addresses of a host (from 0) on its networks. */
export function addressesOf(host: number): { ssh: string; more: string; other: string } {
  return { ssh: `192.0.2.${10 + host}`, more: `192.0.2.${110 + host}`, other: `198.51.100.${10 + host}` }
}

/** Values of a host that this tool has worked on before. */
export const MADE = { timeout: 45, subflows: 3, accepted: 1 }

/** What the host must show before, and where it was not changed. */
export function oldState(before: Wish['before'], host: number): HostState {
  const { ssh } = addressesOf(host)
  const made = before === 'made'
  return {
    'net.mptcp.enabled': '0',
    'net.mptcp.add_addr_timeout': made ? String(MADE.timeout) : '120',
    limits: made ? `add_addr_accepted ${MADE.accepted} subflows ${MADE.subflows}` : 'add_addr_accepted 0 subflows 2',
    endpoints: '',
    addresses: `${ssh}/24`,
    profile: `${ssh}/24`,
    table: 'absent',
    flag: 'absent',
    conf: made ? `640 root net.mptcp.add_addr_timeout = ${MADE.timeout}` : 'absent',
    restore: made ? `755 root limits subflows ${MADE.subflows} add_addr_accepted ${MADE.accepted}` : 'absent',
    unit: made ? 'enabled' : 'absent',
  }
}

/** What it must show with all of the wish, and what is left of that after a reboot. */
export function newState(wish: Wish, host: number): { running: HostState; booted: HostState } {
  const old = oldState(wish.before, host)
  const of = (parts: readonly Part[]): HostState => ({
    ...old,
    ...Object.assign({}, ...parts.map(({ values }) => values)),
    ...filesWith(old, parts),
  })
  return { running: of(wish.parts), booted: of(wish.parts.filter(({ lasts }) => lasts)) }
}

/** The files with the parts' lines in place of those that they stand for. */
function filesWith(old: HostState, parts: readonly Part[]): HostState {
  const conf = parts.flatMap(({ lines }) => lines.conf ?? [])
  const restore = parts.flatMap(({ lines }) => lines.restore ?? [])
  return {
    ...(conf.length === 0 ? {} : { conf: fileWith(old['conf']!, '644 root', conf, / = .*/) }),
    ...(restore.length === 0
      ? {}
      : { restore: fileWith(old['restore']!, '755 root', restore, / .*/), unit: 'enabled' }),
  }
}

/** `file`: mode, owner and lines. A line replaces one that is the same but for what `value` matches. */
function fileWith(file: string, made: string, lines: readonly string[], value: RegExp): string {
  const [, head = made, body = ''] = /^(\S+ \S+) (.*)$/.exec(file) ?? []
  const names = new Set(lines.map((line) => line.replace(value, '')))
  const kept = body.split(';').filter((line) => line !== '' && !names.has(line.replace(value, '')))
  return `${head} ${[...kept, ...lines].sort().join(';')}`
}

/**
 * All in one guarded apply: an address on the card that carries SSH and some other changes, or a shell's rules of a
 * firewall, which nobody can foretell and which are therefore an apply of their own.
 */
export function chooseWish(choices: Choices, host: number): Wish {
  const before = choices.chance(0.4) ? 'made' : 'bare'
  const quiet = [enabled, timeout, limits, endpoint].filter(() => choices.chance(0.6))
  const parts = choices.chance(0.2) ? [rules] : [...quiet, address]
  return { before, parts: parts.map((make) => make(choices, host)) }
}

function enabled(): Part {
  return {
    name: 'enabled',
    task: { mptcp_enabled: {} },
    values: { 'net.mptcp.enabled': '1' },
    lines: { conf: ['net.mptcp.enabled = 1'] },
    lasts: true,
  }
}

function timeout(choices: Choices): Part {
  const value = choices.pick([30, 60, 90])
  return {
    name: 'sysctl',
    task: { mptcp_sysctl: { values: { add_addr_timeout: value } } },
    values: { 'net.mptcp.add_addr_timeout': String(value) },
    lines: { conf: [`net.mptcp.add_addr_timeout = ${value}`] },
    lasts: true,
  }
}

function limits(choices: Choices): Part {
  const [subflows, accepted] = [choices.between(4, 8), choices.between(2, 8)]
  return {
    name: 'limits',
    task: { mptcp_limits: { subflows, add_addr_accepted: accepted } },
    values: { limits: `add_addr_accepted ${accepted} subflows ${subflows}` },
    lines: { restore: [`limits subflows ${subflows} add_addr_accepted ${accepted}`] },
    lasts: true,
  }
}

function endpoint(choices: Choices, host: number): Part {
  const { other } = addressesOf(host)
  const flag = choices.pick(['signal', 'subflow'])
  return {
    name: 'endpoint',
    task: { mptcp_endpoints: { endpoints: [{ address: other, dev: 'eth1', flags: [flag] }] } },
    values: { endpoints: `${other} ${flag} dev eth1` },
    lines: { restore: [`endpoint ${other} dev eth1 ${flag}`] },
    lasts: true,
  }
}

/** A second address on the card that carries SSH: NetworkManager brings it up anew. */
function address(_: Choices, host: number): Part {
  const { ssh, more } = addressesOf(host)
  const addresses = [`${ssh}/24`, `${more}/24`]
  return {
    name: 'address',
    task: { nm_connection: { name: 'eth0', ipv4: { method: 'manual', addresses } } },
    values: { addresses: addresses.join(' '), profile: addresses.join(' ') },
    lines: {},
    lasts: true,
  }
}

const RULES = 'table inet chaos { chain in { type filter hook input priority 0; tcp dport 9 drop; }; }'

/** Rules of a firewall, and a file that says that they are there. */
function rules(): Part {
  const shell = {
    cmd: `nft '${RULES}' && echo there >/run/chaos.flag`,
    creates: '/run/chaos.flag',
    disruptive: true,
    undo: 'nft destroy table inet chaos; rm -f /run/chaos.flag',
  }
  return {
    name: 'rules',
    task: { shell },
    values: { table: 'present', flag: 'present' },
    lines: {},
    lasts: false,
  }
}
