/** A network that swallows MPTCP is noticed, and none was. */
import * as z from 'zod'
import { counters } from '../../facts/counters.ts'
import { sysctl } from '../../facts/sysctl.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'

const NAME = 'net.mptcp.blackhole_timeout'

export const blackholeBackOff = defineControl({
  id: 'blackhole-back-off',
  title: 'A network that swallows MPTCP is noticed, and none was',
  rationale:
    'After a swallowed SYN the host stays with plain TCP for an hour, longer each time, also once the network is mended.',
  severity: 'medium',
  nist: ['CP-8', 'SI-4'],
  references: ['kernel: Documentation/networking/mptcp-sysctl.rst, blackhole_timeout'],
  params: z.strictObject({
    most: z.int().min(0).default(0).describe('swallowed connections since boot that are accepted'),
  }),
  facts: () => ({ sysctl, counters }),
  check: (want, { sysctl: running, counters: counted }) => {
    const timeout = running[NAME]
    const swallowed = counted['Blackhole']
    if (timeout === undefined) return notApplicable('this kernel does not notice it')
    const seen: Evidence[] = [
      { kind: 'running', fact: `sysctl/${NAME}`, value: timeout },
      { kind: 'traffic', fact: 'counters/Blackhole', value: swallowed ?? null },
    ]
    if (timeout === '0') {
      const remedy = { module: 'mptcp_sysctl', params: { values: { blackhole_timeout: 3600 } } }
      return fail('it is not noticed: net.mptcp.blackhole_timeout is 0', remedy, ...seen)
    }
    if (swallowed === undefined) return notTested('this kernel does not count what was swallowed', ...seen)
    if (swallowed > want.most) return fail(`${swallowed} connections were swallowed since boot`, null, ...seen)
    return pass('no connection was swallowed since boot', ...seen)
  },
})
