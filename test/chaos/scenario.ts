/** What one seed does: which host, which changes, which fault, when, and for how long. */
import { choicesOf } from './random.ts'
import type { Choices } from './random.ts'
import type { Wish } from './wishes.ts'
import { chooseWish } from './wishes.ts'

/** How many hosts of the lab are at work at once. */
export const HOSTS = 4

/** Seconds until a host takes a change back that is not confirmed. */
export const GUARD = 5

export type Fault =
  | { kind: 'controller-killed' }
  | { kind: 'connection-reset' }
  /** `sessions`: what was logged in is ended too; `all`: and whatever it runs. */
  | { kind: 'sshd-stopped'; with: 'listener' | 'sessions' | 'all' }
  | { kind: 'host-frozen' }
  | { kind: 'disk-full'; what: ('/' | '/run')[] }
  /** `carrier`: the card loses its link; `silent`: frames are dropped. */
  | { kind: 'link-cut'; how: 'carrier' | 'silent' }
  /** `power`: all processes are killed at once. */
  | { kind: 'rebooted'; how: 'clean' | 'power' }

/** When the fault comes: so many ms after the controller's start, or after it says that a phase has begun. */
export type Moment = { after: 'start' | Phase; ms: number }
export type Phase = 'connecting' | 'gathering' | 'applying' | 'verifying' | 'committing'

export interface Scenario {
  seed: number
  /** From 0. */
  host: number
  wish: Wish
  fault: Fault
  moment: Moment
  /** Ms that the fault lasts, where it lasts. */
  lasts: number
  /** At the end the changes are taken back by the command rollback. */
  rollback: boolean
}

/** Faults and hosts take turns, so that few seeds meet all of them. */
export function scenarioOf(seed: number): Scenario {
  const choices = choicesOf(seed)
  const host = seed % HOSTS
  return {
    seed,
    host,
    wish: chooseWish(choices, host),
    fault: FAULTS[seed % FAULTS.length]!(choices),
    moment: chooseMoment(choices),
    lasts: choices.chance(0.1) ? choices.between(12_000, 25_000) : choices.between(200, 7000),
    rollback: choices.chance(0.3),
  }
}

const FAULTS: readonly ((choices: Choices) => Fault)[] = [
  () => ({ kind: 'controller-killed' }),
  () => ({ kind: 'connection-reset' }),
  (choices) => ({ kind: 'sshd-stopped', with: choices.pick(['listener', 'sessions', 'all']) }),
  () => ({ kind: 'host-frozen' }),
  (choices) => ({ kind: 'disk-full', what: choices.pick([['/'], ['/run'], ['/', '/run']]) }),
  (choices) => ({ kind: 'link-cut', how: choices.pick(['carrier', 'silent']) }),
  (choices) => ({ kind: 'rebooted', how: choices.pick(['clean', 'power']) }),
]

/** Mostly while the host is being changed. */
function chooseMoment(choices: Choices): Moment {
  if (choices.chance(0.2)) return { after: 'start', ms: choices.between(0, 5000) }
  if (choices.chance(0.1)) return { after: choices.pick(['connecting', 'gathering']), ms: choices.between(0, 400) }
  return choices.pick([
    { after: 'applying', ms: choices.between(0, 2500) },
    { after: 'applying', ms: choices.between(0, 1000) },
    { after: 'verifying', ms: choices.between(0, 800) },
    { after: 'committing', ms: choices.between(0, 1000) },
  ])
}

/** One line for people. */
export function describe({ seed, host, wish, fault, moment, lasts }: Scenario): string {
  const { kind, ...more } = fault
  const how = Object.values(more).flat().join(' ')
  const changes = wish.parts.map(({ name }) => name).join(' ')
  return `seed ${seed}: host ${host}, ${wish.before}: ${changes}; ${kind} ${how} ${moment.ms} ms after ${moment.after} for ${lasts} ms`
}
