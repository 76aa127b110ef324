/** Checks that a host can do MPTCP at all: kernel, socket, tool. Changes nothing. */
import * as z from 'zod'
import { kernel } from '../facts/kernel.ts'
import type { MptcpSocket } from '../facts/mptcp_socket.ts'
import { mptcpSocket } from '../facts/mptcp_socket.ts'
import { tools } from '../facts/tools.ts'
import type { Note, Problem } from '../model/change.ts'
import { defineModule } from './define.ts'

export const mptcpAvailable = defineModule({
  name: 'mptcp_available',
  summary: 'Check that the kernel has MPTCP and that the tools to configure it are there.',
  description:
    'A host whose kernel is too old, was built without MPTCP, or has no iproute2 with "ip mptcp" fails here, with the ' +
    'cause, before anything is changed. MPTCP that is only switched off is no failure: mptcp_enabled switches it on. ' +
    'This module never changes anything.',
  example: `- name: MPTCP is there
  mptcp_available: {}
`,
  params: z.strictObject({}).describe('no parameters'),
  facts: () => ({ kernel, socket: mptcpSocket, tools }),
  plan: (_want, { kernel, socket, tools }) => {
    const problems: Problem[] = []
    const notes: Note[] = []
    const built = kernel.config.CONFIG_MPTCP
    if (built === 'n' && !socket.opens) {
      problems.push(notBuilt(`${kernel.configSource ?? 'its configuration'} says CONFIG_MPTCP is not set`))
    } else if (!socket.opens) {
      const { problem, note } = explainSocket(socket, kernel.release)
      if (problem !== null) problems.push(problem)
      if (note !== null) notes.push(note)
    }
    if (socket.method === 'derived') {
      notes.push({
        summary:
          'neither perl nor python3 is there to try an MPTCP socket; kernel version and sysctl were taken for it',
      })
    }
    if (kernel.config.CONFIG_MPTCP_IPV6 === 'n') notes.push({ summary: 'this kernel has MPTCP for IPv4 only' })
    if (kernel.config.CONFIG_INET_MPTCP_DIAG === 'n') {
      notes.push({
        summary: 'this kernel cannot list MPTCP connections (CONFIG_INET_MPTCP_DIAG), so no test can prove paths',
      })
    }
    problems.push(...toolProblems(tools.paths['ip'] ?? null, tools.versions['iproute2'] ?? null))
    return { changes: [], notes, problems }
  },
})

function explainSocket(
  { errno, errnoName }: MptcpSocket,
  release: string,
): { problem: Problem | null; note: Note | null } {
  if (errnoName === 'ENOPROTOOPT') {
    return { problem: null, note: { summary: 'MPTCP is built in but switched off; mptcp_enabled switches it on' } }
  }
  if (errnoName === 'EPROTONOSUPPORT') {
    return { problem: notBuilt('socket() for MPTCP says EPROTONOSUPPORT'), note: null }
  }
  if (errnoName === 'EINVAL') {
    const problem = {
      code: 'kernel-too-old',
      summary: `kernel ${release} is too old for MPTCP (socket() says EINVAL)`,
      hint: 'run Linux 5.6 or newer; 5.19 or newer has what this tool configures',
    }
    return { problem, note: null }
  }
  const problem = {
    code: 'mptcp-socket-refused',
    summary: `an MPTCP socket cannot be opened: ${errnoName ?? 'errno'} ${errno ?? ''}`.trim(),
    hint: 'look for a security module or container profile that forbids protocol 262',
  }
  return { problem, note: null }
}

function notBuilt(detail: string): Problem {
  return {
    code: 'mptcp-not-built',
    summary: 'this kernel was built without MPTCP',
    detail,
    hint: 'run a kernel with CONFIG_MPTCP=y, as distributions build it',
  }
}

/** `ip mptcp` came with iproute2 5.8. */
function toolProblems(path: string | null, version: string | null): Problem[] {
  const hint = 'install package iproute2 (iproute on Oracle Linux and Fedora)'
  if (path === null) return [{ code: 'iproute2-missing', summary: 'the program ip is not there', hint }]
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  if (version === null || major > 5 || (major === 5 && minor >= 8)) return []
  return [{ code: 'iproute2-too-old', summary: `iproute2 ${version} has no "ip mptcp", which came with 5.8`, hint }]
}
