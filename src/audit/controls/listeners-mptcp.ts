/** Ports that should be served over MPTCP are. */
import * as z from 'zod'
import { listeners } from '../../facts/listeners.ts'
import type { Evidence } from '../../model/audit.ts'
import { isLoopback } from '../../text/ip.ts'
import { defineControl, fail, notApplicable, pass } from '../define.ts'

export const listenersMptcp = defineControl({
  id: 'listeners-mptcp',
  title: 'Ports that the profile names are served over MPTCP',
  rationale: 'A program that listens with plain TCP makes each client fall back without a word.',
  severity: 'high',
  nist: ['CM-6', 'CM-7'],
  references: ['guide: Wrapping Services', 'kernel: Documentation/networking/mptcp.rst'],
  params: z.strictObject({
    ports: z.array(z.int().min(1).max(65535)).default([]).describe('TCP ports; none: nothing is held against'),
  }),
  facts: () => ({ listeners }),
  check: (want, { listeners: open }) => {
    if (want.ports.length === 0) return notApplicable('the profile names no port')
    // Nobody but the host itself comes to those on loopback.
    const reached = open.filter(({ address }) => !isLoopback(address.split('%')[0]!))
    const found = want.ports.map((port) => ({ port, sockets: reached.filter((one) => one.port === port) }))
    const seen = found.map(({ port, sockets }): Evidence => ({
      kind: 'running',
      fact: `listeners/${port}`,
      value: sockets.map(({ protocol, address, processes }) => ({
        protocol,
        address,
        programs: processes.map(({ name }) => name),
      })),
    }))
    const wrong = found.flatMap(({ port, sockets }) => {
      if (sockets.length === 0)
        return [`nothing listens on port ${port}${open.some((one) => one.port === port) ? ' but on loopback' : ''}`]
      const plain = sockets.filter(({ protocol }) => protocol === 'tcp')
      const programs = [...new Set(plain.flatMap(({ processes }) => processes.map(({ name }) => name)))]
      return plain.length === 0
        ? []
        : [`port ${port}: plain TCP${programs.length > 0 ? ` (${programs.join(', ')})` : ''}`]
    })
    if (wrong.length === 0) return pass(`${want.ports.join(', ')}: MPTCP`, ...seen)
    return fail(wrong.join('; '), null, ...seen)
  },
})
