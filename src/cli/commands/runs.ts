/** `runs list|show|diff|trend|prune`: what is kept of runs below .mptcp-fleet/runs/. No host is connected to. */
import { TREND_KEYS } from '../../report/audit/trend.ts'
import { AGES, readAge } from '../../text/duration.ts'
import type { Flags, FlagValues } from '../command.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import { applyFlags, showFlags } from '../flags.ts'
import type { Io } from '../io.ts'

const flags = {
  ...showFlags,
  verbose: { letter: 'v', type: 'count', summary: 'more: all hosts, all audits' },
  by: { type: 'string', value: 'KIND', choices: TREND_KEYS, summary: 'trend: a line for each of these' },
  control: { type: 'string', value: 'ID', summary: 'trend: of this control' },
  group: { type: 'string', value: 'NAME', summary: 'trend: of the hosts of this group' },
  host: { type: 'string', value: 'NAME', summary: 'trend: of this host' },
  profile: { type: 'string', value: 'NAME', summary: 'trend: of audits by this profile (that of the latest)' },
  pattern: { type: 'string', value: 'PATTERN', summary: 'trend: of audits of this pattern (that of the latest)' },
  keep: {
    type: 'number',
    value: 'N',
    summary: 'prune: the latest N stay',
    check: (value) => (Number.isInteger(value) && Number(value) >= 0 ? null : 'must be a whole number from 0'),
  },
  'older-than': {
    type: 'string',
    value: 'AGE',
    summary: 'prune: those that began longer ago go: 12h, 90d, 8w; with --keep where both say so',
    check: (value) => (readAge(String(value)) === null ? `must be ${AGES}` : null),
  },
  command: { type: 'string', value: 'NAME', summary: 'prune: only runs of this command: audit, apply, …' },
  check: { ...applyFlags.check, summary: 'prune: remove nothing, show what would be removed' },
  yes: { ...applyFlags.yes, summary: 'prune: do not ask' },
} as const satisfies Flags
type RunsFlags = FlagValues<typeof flags>

const TREND = ['by', 'control', 'group', 'host', 'profile', 'pattern'] as const
const PRUNE = ['keep', 'older-than', 'command', 'check', 'yes'] as const

export const command = defineCommand({
  usage: 'runs list | show RUN | diff RUN [RUN] | trend | prune',
  summary: 'What is kept of runs: what each did, what differs between two, how audits came out over time.',
  description: [
    'RUN is an id that "runs list" shows, or "last"; for diff also a day (2026-01-31): the last run that had begun by its',
    'end. diff holds two audits against each other, or two runs that changed or tested hosts; the second is the last one',
    'unless given. Of audits, last and days mean those by the same profile of some of the same hosts. A run that was',
    'killed is told from its journal. Nothing is ever removed but by prune, which names what is lost with each run, and',
    'keeps those that were cut off.',
  ].join('\n'),
  examples: [
    'runs list',
    'runs show 20260102T030405Z-1a2b3c --output json',
    'runs diff 2026-01-31',
    'runs trend --by control',
    'runs trend --control no-fallback --group edge',
    'runs prune --older-than 90d --command audit --check',
  ],
  flags,
  args: { min: 1, max: 3 },
  run: async ({ args: [verb = '', ...names], flags: given }, io) => {
    const action = Object.hasOwn(ACTIONS, verb) ? ACTIONS[verb as keyof typeof ACTIONS] : null
    if (action === null) throw usageError(`runs ${verb}: no such action`, 'runs list, show, diff, trend or prune')
    const [least, most] = action.names
    if (names.length < least) throw usageError(`runs ${verb} needs the id of a run, or "last"`, 'runs list shows them')
    if (names.length > most) {
      const hint = verb === 'list' ? `runs show ${names[0]}` : `mptcp-fleet runs --help`
      throw usageError(`runs ${verb} takes ${most === 0 ? 'no' : 'no such'} further argument`, hint)
    }
    const foreign = [...TREND, ...PRUNE].find((name) => !action.flags.includes(name) && isGiven(given[name]))
    if (foreign !== undefined) {
      throw usageError(`--${foreign} is for runs ${(TREND as readonly string[]).includes(foreign) ? 'trend' : 'prune'}`)
    }
    return await action.run(names, given, io)
  },
})

function isGiven(value: unknown): boolean {
  return value !== null && value !== false
}

interface Action {
  /** Least and greatest number. */
  names: [least: number, most: number]
  /** Those that no other action has. */
  flags: readonly string[]
  run: (names: readonly string[], flags: RunsFlags, io: Io) => Promise<number>
}

const ACTIONS: Readonly<Record<'list' | 'show' | 'diff' | 'trend' | 'prune', Action>> = {
  list: {
    names: [0, 0],
    flags: [],
    run: async (_, given, io) => (await import('../run/runs-list.ts')).listRuns(given, io),
  },
  show: {
    names: [1, 1],
    flags: [],
    run: async ([name = ''], given, io) => (await import('../run/runs-list.ts')).showRun(name, given, io),
  },
  diff: {
    names: [1, 2],
    flags: [],
    run: async ([one = '', other = 'last'], given, io) =>
      (await import('../run/runs-diff.ts')).diffRuns([one, other], given, io),
  },
  trend: {
    names: [0, 0],
    flags: TREND,
    run: async (_, given, io) => (await import('../run/runs-trend.ts')).showTrend(given, io),
  },
  prune: {
    names: [0, 0],
    flags: PRUNE,
    run: async (_, given, io) => await (await import('../run/runs-prune.ts')).pruneRuns(given, io),
  },
}
