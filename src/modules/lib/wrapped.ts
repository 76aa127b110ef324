/** Why MPTCP must not be switched off while units are made to use it. */
import type { MptcpDropIns } from '../../facts/mptcp_dropins.ts'
import type { Problem } from '../../model/change.ts'

/** A wrapped program fails to open sockets (ENOPROTOOPT) once MPTCP is off, so units are opted out first. */
export function wrappedProblems(dropIns: MptcpDropIns): Problem[] {
  const units = Object.keys(dropIns)
  if (units.length === 0) return []
  const one = units.length === 1
  return [
    {
      code: 'units-wrapped',
      summary: `MPTCP cannot be switched off: ${units.join(', ')} ${one ? 'is' : 'are'} made to use it and could open no sockets any more`,
      detail: Object.values(dropIns)
        .map(({ path }) => path)
        .join('\n'),
      hint: `put a task mptcp_service with state: disabled before this one (unit: ${one ? units[0] : "'*' for all"})`,
    },
  ]
}
