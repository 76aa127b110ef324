import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** net.ipv4.conf.*.NAME by interface, `all` and `default` among them. */
export interface NetFilters {
  rpFilter: Record<string, number>
  arpIgnore: Record<string, number>
  arpFilter: Record<string, number>
}

const KINDS = { rp_filter: 'rpFilter', arp_ignore: 'arpIgnore', arp_filter: 'arpFilter' } as const

const FILES = Object.keys(KINDS).map((name) => `/proc/sys/net/ipv4/conf/*/${name}`)

export const netFilters = defineFact<NetFilters>({
  key: 'net_filters',
  summary: 'Reverse path filter and ARP answering of each network link.',
  probe: `grep -H '' ${FILES.join(' ')} 2>/dev/null`,
  parse: ({ stdout }) => {
    const filters: NetFilters = { rpFilter: namedRecord([]), arpIgnore: namedRecord([]), arpFilter: namedRecord([]) }
    for (const line of lines(stdout)) {
      const match = /^\/proc\/sys\/net\/ipv4\/conf\/([^/]+)\/(rp_filter|arp_ignore|arp_filter):(\d{1,10})$/.exec(line)
      if (match === null) continue
      const [, dev = '', name] = match
      filters[KINDS[name as keyof typeof KINDS]][dev] = Number(match[3])
    }
    return filters
  },
  get: (filters, path) => {
    const [kind = '', ...dev] = path.split('/')
    return isKind(kind) ? filters[kind][dev.join('/')] : undefined
  },
  set: (filters, path, value) => {
    const [kind = '', ...dev] = path.split('/')
    if (!isKind(kind)) return filters
    const copy = { ...filters[kind] }
    if (value === null) delete copy[dev.join('/')]
    else copy[dev.join('/')] = value as number
    return { ...filters, [kind]: copy }
  },
  example: `/proc/sys/net/ipv4/conf/all/rp_filter:0
/proc/sys/net/ipv4/conf/eth0/rp_filter:0
/proc/sys/net/ipv4/conf/wlan0/rp_filter:0
/proc/sys/net/ipv4/conf/all/arp_ignore:0
/proc/sys/net/ipv4/conf/eth0/arp_ignore:0
/proc/sys/net/ipv4/conf/wlan0/arp_ignore:0
/proc/sys/net/ipv4/conf/all/arp_filter:0
/proc/sys/net/ipv4/conf/eth0/arp_filter:0
/proc/sys/net/ipv4/conf/wlan0/arp_filter:0
`,
})

function isKind(kind: string): kind is keyof NetFilters {
  return kind === 'rpFilter' || kind === 'arpIgnore' || kind === 'arpFilter'
}
