/** Why a unit cannot be made to use MPTCP, and what to know where it can. */
import type { Note, Problem } from '../../model/change.ts'
import type { Method } from './service-content.ts'
import type { ServiceFacts } from './service-plan.ts'

/** systemd that knows SocketProtocol=mptcp (its NEWS). */
const SOCKET_SINCE = 257

export function unitProblem(
  unit: string,
  method: Method | null,
  { service, sysctl, library }: ServiceFacts,
): Problem | null {
  if (service.systemd === null) {
    const hint = 'have what starts the service set LD_PRELOAD or GODEBUG there'
    return { code: 'no-systemd', summary: `systemd does not run here, so ${unit} cannot be told to use MPTCP`, hint }
  }
  if (method === null) return null
  if (service.load === 'not-found') {
    const hint = 'systemctl list-units shows what there is; install the service first'
    return { code: 'no-such-unit', summary: `there is no unit ${unit}`, hint }
  }
  if (service.load !== 'loaded') {
    const hint = service.load === 'masked' ? `systemctl unmask ${unit}` : `systemctl status ${unit} says why`
    return { code: 'unit-not-loaded', summary: `${unit} is ${service.load}, so it cannot be started`, hint }
  }
  if (service.id !== unit) {
    return { code: 'unit-alias', summary: `${unit} is another name of ${service.id}`, hint: `use unit: ${service.id}` }
  }
  if (sysctl['net.mptcp.enabled'] !== '1') {
    return {
      code: 'mptcp-disabled',
      summary: `MPTCP is switched off, so ${unit} could open no sockets once it asks for MPTCP`,
      hint: 'put a task mptcp_enabled before this one',
    }
  }
  if (method === 'socket' && service.systemd < SOCKET_SINCE) {
    return {
      code: 'systemd-too-old',
      summary: `systemd ${service.systemd} knows no SocketProtocol=mptcp, which came with ${SOCKET_SINCE}`,
      hint: 'have the service open its socket itself, with method preload or go',
    }
  }
  if (method === 'preload' && (library ?? null) === null) {
    return {
      code: 'library-missing',
      summary: 'libmptcpwrap, which makes programs use MPTCP, is not installed',
      hint: 'put a task mptcp_tools before this one',
    }
  }
  const variable = method === 'preload' ? 'LD_PRELOAD' : method === 'go' ? 'GODEBUG' : null
  const file = variable === null ? undefined : service.overriddenBy[variable]
  if (file === undefined) return null
  return {
    code: 'environment-file-wins',
    summary: `${file} (EnvironmentFile= of ${unit}) sets ${variable}, which wins over any drop-in`,
    hint: `take ${variable} out of ${file}; put it into Environment= of a drop-in of your own, where it is kept`,
  }
}

export function preloadNotes(unit: string, { service, library }: ServiceFacts): Note[] {
  const { process } = service
  if (process === null || process.mapped || !(process.LD_PRELOAD ?? '').includes(library ?? '/')) return []
  return [
    {
      summary: `${unit} is told to load ${library} and has not: its program is static, setuid, or starts the server anew without it`,
      detail: 'a program in Go is told by method: go',
    },
  ]
}
