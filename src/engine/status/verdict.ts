/** One word for a host: can a connection use several paths, now and after a reboot, and if not, what is missing. Pure. */
import type { StatusEndpoint, StatusReading, Verdict } from '../../model/status.ts'
import { isLinkLocal, isLoopback, parseAddress } from '../../text/ip.ts'

/** What the kernel starts with (net/mptcp/pm_netlink.c): limits like these need no restoring. */
const KERNEL_LIMITS = { subflows: 2, addAddrAccepted: 0 } as const

/** Without these facts nothing can be said. */
const NEEDED: ReadonlySet<string> = new Set(['sysctl', 'sysctl_persisted', 'limits', 'endpoint', 'mptcp_persisted'])

export function judgeStatus(reading: StatusReading): { verdict: Verdict; reasons: string[] } {
  const { enabled, socket } = reading
  const unread = reading.unread.filter(({ fact }) => NEEDED.has(fact))
  if (enabled.running === null && unread.every(({ fact }) => fact !== 'sysctl')) {
    return { verdict: 'error', reasons: ['this kernel has no MPTCP'] }
  }
  if (enabled.running === false) {
    const later = enabled.persistent === true ? ` until the next boot, when ${enabled.file} switches it on` : ''
    return { verdict: 'off', reasons: [`switched off${later}`] }
  }
  if (socket?.opens === false) {
    return {
      verdict: 'error',
      reasons: [`switched on, but an MPTCP socket is refused: ${socket.errno ?? 'no reason'}`],
    }
  }
  const reasons = [
    ...unread.map(({ fact, reason }) => `${fact} not read: ${reason}`),
    ...pathReasons(reading),
    ...bootReasons(reading),
  ]
  return { verdict: reasons.length === 0 ? 'ok' : 'partial', reasons }
}

/** What keeps connections of now from more than one path. */
function pathReasons({ limits, endpoints, missingEndpoints, links }: StatusReading): string[] {
  const reasons: string[] = []
  if (limits?.subflows.running === 0) reasons.push('subflow limit 0: no connection gets a second path')
  const declared = (endpoints ?? []).filter((endpoint) => !endpoint.flags.includes('implicit'))
  if (endpoints !== null && declared.length === 0 && limits?.addAddrAccepted.running === 0) {
    reasons.push('no endpoints, and announced addresses are not accepted')
  }
  reasons.push(...declared.flatMap((endpoint) => lostEndpoint(endpoint, links ?? [])))
  reasons.push(...missingEndpoints.map((key) => `endpoint ${key} is declared but not there`))
  const usable = (links ?? []).filter((link) => link.up && link.addresses.some(isUsable))
  if (links !== null && usable.length < 2) {
    reasons.push(
      usable.length === 0 ? 'no link has an address' : `only one link is up with an address: ${usable[0]!.name}`,
    )
  }
  return reasons
}

function isUsable(address: string): boolean {
  const bare = address.split('/')[0] ?? ''
  return !isLoopback(bare) && !isLinkLocal(bare)
}

function lostEndpoint(endpoint: StatusEndpoint, links: NonNullable<StatusReading['links']>): string[] {
  if (links.length === 0) return []
  const normal = parseAddress(endpoint.address)?.normal
  const home = links.find((link) => link.addresses.some((address) => address.split('/')[0] === normal))
  if (home === undefined) return [`endpoint ${endpoint.address} is on no link`]
  const link = links.find(({ name }) => name === (endpoint.device ?? home.name)) ?? home
  return link.up ? [] : [`endpoint ${endpoint.address}: ${link.name} is down`]
}

/** What will be other after a reboot. */
function bootReasons({ enabled, limits, endpoints, unread }: StatusReading): string[] {
  const reasons: string[] = []
  const known = (fact: string): boolean => unread.every((one) => one.fact !== fact)
  if (enabled.persistent === false) reasons.push(`${enabled.file} switches it off at boot`)
  else if (enabled.persistent === null && known('sysctl_persisted')) reasons.push('no file switches it on at boot')
  if (limits !== null && known('mptcp_persisted')) {
    const names = { subflows: 'subflows', addAddrAccepted: 'add_addr_accepted' } as const
    for (const name of ['subflows', 'addAddrAccepted'] as const) {
      const { running, persistent } = limits[name]
      const boot = persistent ?? KERNEL_LIMITS[name]
      if (running !== boot) reasons.push(`limit ${names[name]} ${running} is ${boot} after a reboot`)
    }
  }
  const declared = (endpoints ?? []).filter((endpoint) => !endpoint.flags.includes('implicit'))
  const gone = declared.filter(({ persistent }) => persistent === false).map(({ address }) => address)
  if (gone.length > 0) {
    reasons.push(`${gone.length === 1 ? 'endpoint' : 'endpoints'} ${gone.join(', ')}: gone after a reboot`)
  }
  const untold = known('mptcp_persisted') ? declared.filter(({ persistent }) => persistent === null) : []
  if (untold.length > 0) {
    const list = untold.map(({ address }) => address).join(', ')
    reasons.push(`NetworkManager does not run: whether ${list} comes back after a reboot cannot be told`)
  }
  return reasons
}
