/** What the drop-in of a unit says, by the method that makes the unit use MPTCP, and whether its process already does. */
import type { Environment, Service } from '../../facts/service.ts'
import { environmentWord } from '../../mptcp/unit-environment.ts'

export type Method = 'preload' | 'go' | 'socket'

export const HEADER = '# Written by mptcp-fleet: this unit uses Multipath TCP.\n'
const LIBRARY = /(?:^|\/)libmptcpwrap\.so[\d.]*$/
const GO_SETTING = 'multipathtcp'

/** The drop-in's text. The unit's own LD_PRELOAD or GODEBUG is kept beside what is added. `library` for preload only. */
export function dropInContent(method: Method, own: Environment, library: string): string {
  if (method === 'socket') return `${HEADER}[Socket]\nSocketProtocol=mptcp\n`
  const { LD_PRELOAD, GODEBUG } = wishedEnvironment(method, own, library)
  const word =
    method === 'preload' ? environmentWord('LD_PRELOAD', LD_PRELOAD ?? '') : environmentWord('GODEBUG', GODEBUG ?? '')
  return `${HEADER}[Service]\nEnvironment=${word}\n`
}

/** The variables that the main process is to have. */
export function wishedEnvironment(method: Method | null, own: Environment, library: string): Environment {
  if (method === 'preload') return { ...own, LD_PRELOAD: [...others(own.LD_PRELOAD, isWrap), library].join(':') }
  if (method === 'go') return { ...own, GODEBUG: [...others(own.GODEBUG, isGoSetting), `${GO_SETTING}=1`].join(',') }
  return own
}

/** Whether the running process uses MPTCP, or not, as wished. A unit that does not run will when it is started. */
export function processIsSo(method: Method | null, service: Service, library: string): boolean {
  const { process } = service
  if (process === null) return true
  // Servers that set their title (sshd, nginx) write it over their environment; what they loaded cannot be hidden.
  if (method === 'preload') return process.mapped || split(process.LD_PRELOAD).includes(library)
  if (method === 'go') return split(process.GODEBUG).includes(`${GO_SETTING}=1`)
  // Opted out: nothing of ours is left that the unit does not say itself.
  const loaded = process.mapped || split(process.LD_PRELOAD).some(isWrap)
  const wraps = loaded && !split(service.own.LD_PRELOAD).some(isWrap)
  const goes = split(process.GODEBUG).includes(`${GO_SETTING}=1`) && !split(service.own.GODEBUG).some(isGoSetting)
  return !wraps && !goes
}

function others(value: string | null, isOurs: (part: string) => boolean): string[] {
  return split(value).filter((part) => !isOurs(part))
}

/** LD_PRELOAD is split at colons and blanks (ld.so(8)), GODEBUG at commas. */
function split(value: string | null): string[] {
  return (value ?? '').split(/[:,\s]+/).filter((part) => part !== '')
}

function isWrap(part: string): boolean {
  return LIBRARY.test(part)
}

function isGoSetting(part: string): boolean {
  return part.startsWith(`${GO_SETTING}=`)
}
