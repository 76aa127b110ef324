/** What is under way on one host of a segment, and what the segment's hosts have in common. */
import type { ChangeStatus } from '../model/report.ts'
import type { Applied } from './apply.ts'
import type { AssembledPlay } from './assemble.ts'
import type { Attempt } from './attempt.ts'
import type { Hop } from './jump-order.ts'
import type { Member } from './members.ts'

export interface Segment {
  play: AssembledPlay
  members: Member[]
  /** Tasks of the segment: from `start` up to before `end`. */
  range: { start: number; end: number }
  /** Hosts that keep their changes together or not at all. */
  tied: string[][]
}

export interface Job {
  member: Member
  attempt: Attempt
  /** How the apply exec ended; null: it never began. */
  applied: Applied | null
  /** Of each change, what is to be reported; null: what its steps say. */
  telling: ChangeStatus[] | null
  /** Places to which the host led before, where others are reached through it. */
  led?: readonly Hop[]
  /** The host was restarted before the confirmation: what opaque tasks did may be there or not. */
  restarted?: boolean
}
