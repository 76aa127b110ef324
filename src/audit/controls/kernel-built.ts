/** The running kernel has MPTCP. */
import * as z from 'zod'
import { kernel } from '../../facts/kernel.ts'
import { mptcpSocket } from '../../facts/mptcp_socket.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notTested, pass } from '../define.ts'

export const kernelBuilt = defineControl({
  id: 'kernel-built',
  title: 'The running kernel is built with MPTCP',
  rationale: 'Without it every program falls back to plain TCP, or fails to open its socket.',
  severity: 'critical',
  nist: ['CM-2', 'CM-6'],
  references: ['guide: Verifying That MPTCP Is Available', 'kernel: CONFIG_MPTCP'],
  params: z.strictObject({}),
  facts: () => ({ kernel, socket: mptcpSocket }),
  check: (_, { kernel: { release, config, configSource }, socket }) => {
    const built = config.CONFIG_MPTCP
    const seen: Evidence[] = [
      {
        kind: 'host',
        fact: 'kernel/CONFIG_MPTCP',
        value: built,
        ...(configSource === null ? {} : { where: configSource }),
      },
      { kind: 'running', fact: 'mptcp_socket', value: socket.errnoName ?? 'opens' },
    ]
    // Switched off is another matter: the kernel knows the protocol.
    if (socket.opens || socket.errnoName === 'ENOPROTOOPT') return pass(`kernel ${release} knows MPTCP`, ...seen)
    if (built === 'y') return notTested(`kernel ${release} is built with MPTCP, but refuses the socket`, ...seen)
    return fail(`kernel ${release} knows no MPTCP (${socket.errnoName ?? 'the socket is refused'})`, null, ...seen)
  },
})
