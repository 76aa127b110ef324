/** The kernel is new enough for what the profile counts on. */
import * as z from 'zod'
import { kernel } from '../../facts/kernel.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const kernelSupported = defineControl({
  id: 'kernel-supported',
  title: 'The running kernel is of the version that the profile asks for, or newer',
  rationale: 'Path manager, schedulers and counters that reports rely on came with later kernels.',
  severity: 'medium',
  nist: ['SI-2', 'SA-22'],
  references: ['kernel: Documentation/networking/mptcp-sysctl.rst', 'https://www.mptcp.dev'],
  params: z.strictObject({
    version: z
      .string()
      .regex(/^\d+\.\d+$/, 'a version as 5.15')
      .default('5.14')
      .describe('the oldest one that is accepted'),
  }),
  facts: () => ({ kernel }),
  check: (want, { kernel: { release } }) => {
    const running = numbers(release)
    const wanted = numbers(want.version)
    const seen: Evidence = { kind: 'host', fact: 'kernel/release', value: release }
    if (running === null || wanted === null) return notApplicable(`${release} does not begin with a version`, seen)
    const isOld = running[0] < wanted[0] || (running[0] === wanted[0] && running[1] < wanted[1])
    return isOld ? fail(`${release} is older than ${want.version}`, null, seen) : pass(`kernel ${release}`, seen)
  },
})

function numbers(text: string): [number, number] | null {
  const match = /^(\d{1,6})\.(\d{1,6})/.exec(text)
  return match === null ? null : [Number(match[1]), Number(match[2])]
}
