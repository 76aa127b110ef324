// What the lab calls its things on this machine. Every name carries a hash of the lab's folder: labs at work at the same
// time do not meet, and `lab down` finds by its prefix alone whatever a killed run left.
import { createHash } from 'node:crypto'

/** Six hexadecimal digits that stand for the lab's folder (an absolute path). */
export function labId(dir: string): string {
  return sha256(dir).slice(0, 6)
}

/** All namespaces, cgroups and nspawn machines of labs begin like this. */
export const ANY_LAB = 'mptcp-lab-'

/** Prefix of one lab's namespaces, cgroups and nspawn machines. */
export function labPrefix(id: string): string {
  return `${ANY_LAB}${id}`
}

/** One host's namespace, cgroup and nspawn machine. */
export function hostUnit(id: string, host: string): string {
  return `${labPrefix(id)}-${host}`
}

/** The namespace of the bridges; the dot keeps it apart from a host that is called switch. */
export function switchNamespace(id: string): string {
  return `${labPrefix(id)}.switch`
}

/** Prefix of one lab's cards in the machine's own namespace, 8 of the 15 characters that a card's name may have. */
export function rootCardPrefix(id: string): string {
  return `mf${id}`
}

/** A locally administered MAC address that is the same at every boot. */
export function macAddress(...parts: string[]): string {
  const hash = sha256(parts.join('\0'))
  return ['02', ...[0, 2, 4, 6, 8].map((at) => hash.slice(at, at + 2))].join(':')
}

/** A UUID (version 8, made from a hash) that is the same at every boot. */
export function stableUuid(...parts: string[]): string {
  const h = sha256(parts.join('\0'))
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-8${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
