/** The criteria of `Match`: parsed here, decided here but for those that would have to run or ask something. */
import { matchesHostList, matchesPatternList } from './ssh-pattern.ts'

const WITHOUT_ARGUMENT = ['all', 'canonical', 'final'] as const
const WITH_ARGUMENT = [
  'host',
  'originalhost',
  'user',
  'localuser',
  'localnetwork',
  'version',
  'tagged',
  'command',
  'sessiontype',
  'exec',
] as const

type CriterionName = (typeof WITHOUT_ARGUMENT)[number] | (typeof WITH_ARGUMENT)[number]

export interface Criterion {
  name: CriterionName
  negated: boolean
  /** Empty for those that take none. */
  argument: string
}

/** What criteria are held against. */
export interface MatchSubject {
  /** What HostName made of the name, as far as it has been read. */
  host: string
  originalHost: string
  user: string
  localUser: string
  tag: string
  final: boolean
}

/** Reads the words after `Match`; a text says what is wrong. Source: readconf.c, match_cfg_line. */
export function parseCriteria(words: readonly string[]): Criterion[] | string {
  const criteria: Criterion[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const negated = word.startsWith('!')
    const [, written = '', assigned] = /^([^=]*)(?:=(.*))?$/s.exec(negated ? word.slice(1) : word) ?? []
    const name = written.toLowerCase() as CriterionName
    if (isOneOf(WITHOUT_ARGUMENT, name) && assigned === undefined) {
      if (name === 'all' && (criteria.length > 1 || i + 1 < words.length)) {
        return `"${word}" cannot be combined with other criteria`
      }
      criteria.push({ name, negated, argument: '' })
      continue
    }
    if (!isOneOf(WITH_ARGUMENT, name)) return `"${word}" is no criterion of Match`
    const argument = assigned ?? words[++i]
    if (argument === undefined || (argument === '' && name !== 'tagged' && name !== 'command')) {
      return `Match ${written} lacks its argument`
    }
    criteria.push({ name, negated, argument })
  }
  return criteria.length > 0 ? criteria : 'Match needs a criterion'
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name)
}

/** Whether all criteria hold; the criterion that would decide where it cannot be decided here. */
export function matches(criteria: readonly Criterion[], subject: MatchSubject): boolean | Criterion {
  let undecided: Criterion | null = null
  for (const criterion of criteria) {
    const holds = decide(criterion, subject)
    if (holds === null) undecided ??= criterion
    else if (holds === criterion.negated) return false
  }
  return undecided ?? true
}

/** Null for what depends on a program, a network card or a release of OpenSSH. */
function decide({ name, argument }: Criterion, subject: MatchSubject): boolean | null {
  switch (name) {
    case 'all':
      return true
    case 'canonical':
    case 'final':
      return subject.final
    case 'host':
      return matchesHostList(argument, subject.host)
    case 'originalhost':
      return matchesHostList(argument, subject.originalHost)
    case 'user':
      return matchesPatternList(argument, subject.user)
    case 'localuser':
      return matchesPatternList(argument, subject.localUser)
    case 'tagged':
      return subject.tag === '' ? argument === '' : matchesPatternList(argument, subject.tag)
    case 'sessiontype':
      return matchesPatternList(argument, 'exec')
    case 'exec':
    case 'localnetwork':
    case 'version':
    case 'command':
      return null
    default:
      return name satisfies never
  }
}
