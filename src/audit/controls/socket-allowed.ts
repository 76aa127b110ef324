/** Programs may open MPTCP sockets. */
import * as z from 'zod'
import { mptcpSocket } from '../../facts/mptcp_socket.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, notTested, pass } from '../define.ts'

export const socketAllowed = defineControl({
  id: 'socket-allowed',
  title: 'A program can open an MPTCP socket',
  rationale: 'Being built in does not mean being allowed: the setting, or a security module, can refuse each socket.',
  severity: 'critical',
  nist: ['CM-6', 'CM-7'],
  references: ['guide: Verifying That MPTCP Is Available', 'kernel: Documentation/networking/mptcp.rst'],
  params: z.strictObject({}),
  facts: () => ({ socket: mptcpSocket }),
  check: (_, { socket }) => {
    const name = socket.errnoName ?? (socket.errno === null ? 'no reason' : `errno ${socket.errno}`)
    const seen: Evidence = { kind: 'running', fact: 'mptcp_socket', value: socket.opens ? 'opens' : name }
    if (socket.method === 'derived' && socket.opens) {
      return notTested('no perl and no python3 to try one; by its settings the kernel allows it', seen)
    }
    if (socket.opens) return pass('an MPTCP socket opens', seen)
    const remedy = name === 'ENOPROTOOPT' ? { module: 'mptcp_enabled', params: { state: 'enabled' } } : null
    return fail(`an MPTCP socket is refused: ${name}`, remedy, seen)
  },
})
