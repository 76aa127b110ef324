/** SELinux has denied nothing that MPTCP needs since boot. */
import * as z from 'zod'
import { listeners } from '../../facts/listeners.ts'
import type { Denial } from '../../facts/selinux.ts'
import { selinux } from '../../facts/selinux.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'

const SHOWN = 10

export const selinuxDenials = defineControl({
  id: 'selinux-denials',
  title: 'SELinux has denied nothing that MPTCP needs',
  rationale:
    'A policy that does not expect MPTCP stops a confined service in mid-connection, while the same program in a shell works.',
  severity: 'high',
  nist: ['AC-3', 'AU-6', 'SI-4'],
  references: [
    'kernel: security/selinux/hooks.c, default_protocol_stream',
    'https://github.com/multipath-tcp/mptcp_net-next/issues/320',
    'https://github.com/fedora-selinux/selinux-policy/issues/2583',
  ],
  params: z.strictObject({}),
  facts: () => ({ selinux, listeners }),
  check: (_, { selinux: { mode, denials, absent }, listeners: open }) => {
    if (mode === null) return notApplicable('SELinux is off')
    const state: Evidence = { kind: 'running', fact: 'selinux/mode', value: mode }
    if (absent !== null) return notTested(absent, state)
    const served = open.filter(({ protocol }) => protocol === 'mptcp').flatMap(({ processes }) => processes)
    const programs = new Set(served.map(({ name }) => name))
    // A socket of MPTCP is one of TCP to SELinux; older kernels give accepted ones their own type (kernel_t).
    const isOurs = (one: Denial): boolean =>
      one.mptcp || (one.object.endsWith('_socket') && one.target === 'kernel_t' && programs.has(one.program))
    const ours = denials.filter(isOurs)
    const denied = ours.filter(({ enforced }) => enforced)
    const seen = ours.slice(-SHOWN).map((one): Evidence => ({ kind: 'running', fact: 'selinux/denials', value: one }))
    if (denied.length > 0)
      return fail(`${denied.length} denials: ${[...new Set(denied.map(said))].join('; ')}`, null, state, ...seen)
    if (ours.length > 0)
      return pass(`nothing was denied; in enforcing mode ${ours.length} would have been`, state, ...seen)
    return pass('nothing of MPTCP was denied since boot', state)
  },
})

function said({ program, source, permissions, object, target }: Denial): string {
  return `${program} (${source}): ${permissions} on ${object} of ${target}`
}
