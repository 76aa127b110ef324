/** Versions compared as Ansible's `version` test does it. */
import { compare } from '../python.ts'

type Compare = (a: string, b: string) => number

const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
}
const SIGNS: Readonly<Record<string, string>> = {
  '==': 'eq',
  '=': 'eq',
  '!=': 'ne',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
}
const TYPES: Readonly<Record<string, Compare>> = { loose, strict, semver: semantic, semantic }

/** Throws where a version is none of its type. */
export function compareVersions(a: string, b: string, operator: string, type: string): boolean {
  if (a === '' || b === '') throw new TypeError('a version is empty')
  const holds = OPERATORS[SIGNS[operator] ?? operator]
  if (holds === undefined)
    throw new TypeError(
      `there is no operator "${operator}": ${[...Object.keys(SIGNS), ...Object.keys(OPERATORS)].join(' ')}`,
    )
  const by = TYPES[type]
  if (by === undefined) throw new TypeError(`there is no version_type "${type}": ${Object.keys(TYPES).join(', ')}`)
  return holds(by(a, b))
}

/** Numbers and words, piece by piece; a number and a word have no order, as in Python. */
function loose(a: string, b: string): number {
  return compare(pieces(a), pieces(b))
}

function pieces(version: string): (string | number)[] {
  const found = version.split(/(\d+|[a-z]+|\.)/).filter((piece) => piece !== '' && piece !== '.')
  return found.map((piece) => (/^\d+$/.test(piece) ? Number(piece) : piece))
}

function strict(a: string, b: string): number {
  return compare(parts(a), parts(b))
}

function parts(version: string): unknown[] {
  const found = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version)
  if (found === null) throw new TypeError(`"${version}" is no strict version`)
  // What comes before a release is below it.
  return [Number(found[1]), Number(found[2]), Number(found[3] ?? 0), found[4] ?? 'z', Number(found[5] ?? 0)]
}

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*))?(?:\+([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?$/

function semantic(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => {
    const found = SEMVER.exec(version)
    if (found === null) throw new TypeError(`"${version}" is no semantic version`)
    return { core: found.slice(1, 4).map(Number), before: found[4]?.split('.') ?? [] }
  }) as [{ core: number[]; before: string[] }, { core: number[]; before: string[] }]
  const core = compare(left.core, right.core)
  if (core !== 0) return core
  if (left.before.length === 0 || right.before.length === 0) return right.before.length - left.before.length
  const differs = left.before.findIndex((part, i) => part !== right.before[i])
  if (differs < 0 || differs >= right.before.length) return left.before.length - right.before.length
  return identifier(left.before[differs]!, right.before[differs]!)
}

/** Numbers are below words. */
function identifier(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (left && right) return Number(a) - Number(b)
  return left === right ? compare(a, b) : left ? -1 : 1
}
