import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** MPTcpExt counters of /proc/net/netstat, cumulative since boot of the namespace. A missing name is unknown, not 0. */
export type Counters = Record<string, number>

export const counters = defineFact<Counters>({
  key: 'counters',
  summary: 'MPTCP counters of the kernel, cumulative.',
  probe: 'grep ^MPTcpExt: /proc/net/netstat',
  parse: ({ stdout }) => {
    const [names = [], values = []] = lines(stdout)
      .filter((line) => line.startsWith('MPTcpExt:'))
      .map((line) => line.trim().split(/\s+/).slice(1))
    const pairs = names.map((name, index): [string, number] => [name, Number(values[index] ?? Number.NaN)])
    return Object.fromEntries(pairs.filter(([, value]) => Number.isFinite(value)))
  },
  example: `MPTcpExt: MPCapableSYNRX MPCapableSYNTX MPCapableSYNACKRX MPCapableACKRX MPCapableFallbackACK MPCapableFallbackSYNACK MPCapableSYNTXDrop MPCapableSYNTXDisabled MPCapableEndpAttempt MPFallbackTokenInit MPTCPRetrans MPJoinNoTokenFound MPJoinSynRx
MPTcpExt: 2 0 0 2 0 0 0 0 0 0 132 0 2
`,
})
