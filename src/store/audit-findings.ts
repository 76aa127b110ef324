/** What audits found, in packs that several of them share: what one found that the one before had found is not stored again. */
import type { AuditEvidence } from '../model/audit-columns.ts'
import { auditEvidenceSchema } from '../model/audit-columns.ts'

export type StoredFinding = AuditEvidence['findings'][number]

export const packSchema = auditEvidenceSchema.shape.findings

/** More packs make an audit slow to read: then all becomes one pack again. */
const MOST_PACKS = 16

export interface Packed {
  /** Packs of the audit before, by index, that this one needs as well; their findings are counted in this order. */
  kept: number[]
  /** What the last pack, a new one, holds; empty: none is needed. */
  fresh: StoredFinding[]
  /** Of each finding its number, counted over all packs. */
  numbers: number[]
}

/** Findings are told apart. `before`: the packs of the audit before. */
export function packFindings(
  findings: readonly StoredFinding[],
  before: readonly (readonly StoredFinding[])[],
): Packed {
  const places = new Map<string, [pack: number, at: number]>()
  for (const [pack, stored] of before.entries()) {
    for (const [at, finding] of stored.entries()) places.set(keyOf(finding), [pack, at])
  }
  const found = findings.map((finding) => places.get(keyOf(finding)) ?? null)
  const kept = [...new Set(found.flatMap((place) => (place === null ? [] : [place[0]])))].toSorted((a, b) => a - b)
  const stored = kept.reduce((sum, pack) => sum + before[pack]!.length, 0)
  const used = found.filter((place) => place !== null).length
  if (kept.length >= MOST_PACKS || stored > 2 * used) {
    return { kept: [], fresh: [...findings], numbers: findings.map((_, index) => index) }
  }
  const starts = new Map<number, number>()
  let next = 0
  for (const pack of kept) {
    starts.set(pack, next)
    next += before[pack]!.length
  }
  const fresh = findings.filter((_, index) => found[index] === null)
  const numbers = found.map((place) => (place === null ? next++ : starts.get(place[0])! + place[1]))
  return { kept, fresh, numbers }
}

/** Independent of the order of keys. */
function keyOf({ reason, evidence, remedy }: StoredFinding): string {
  const seen = evidence.map(({ kind, fact, value, where }) => [kind, fact, value, where])
  return JSON.stringify([reason, seen, remedy === null ? null : [remedy.module, remedy.params]])
}

/** Numbers of findings, of each control those of all hosts, as bytes. */
export function encodeNumbers(
  rows: readonly (readonly number[])[],
  controls: number,
  numbers: readonly number[],
): Buffer {
  const bytes = Buffer.alloc(rows.length * controls * 4)
  for (let control = 0; control < controls; control++) {
    for (const [host, row] of rows.entries()) {
      bytes.writeUInt32LE(numbers[row[control] ?? -1] ?? NONE, 4 * (control * rows.length + host))
    }
  }
  return bytes
}

const NONE = 0xffffffff

/** The number of one; null where there is none. */
export function numberAt(bytes: Buffer, hosts: number, control: number, host: number): number | null {
  const at = 4 * (control * hosts + host)
  const number = at + 4 > bytes.length ? NONE : bytes.readUInt32LE(at)
  return number === NONE ? null : number
}

/** Counted over packs. */
export function findingAt(packs: readonly (readonly StoredFinding[])[], number: number): StoredFinding | null {
  let rest = number
  for (const pack of packs) {
    if (rest < pack.length) return pack[rest]!
    rest -= pack.length
  }
  return null
}
