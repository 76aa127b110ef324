/** What kept runs have made of a host, from their undo records. */

/** The value that a fact last got from a run of this tool. */
export interface AppliedFact {
  /** Key and path. */
  fact: string
  /** Values that the fact may have, as plainValue gives them: the one that was planned, and the one that was read once it was verified. */
  values: unknown[]
  runId: string
  /** When it was applied, ISO 8601 UTC. */
  at: string
  /** The playbooks of that run, else its command. */
  by: string
  /** Neither value is to be shown: it stood under `no_log`, or in an encrypted record. */
  hidden: boolean
}

export interface Applied {
  facts: readonly AppliedFact[]
  /** Why some of its records could not be read, else null. */
  unread: string | null
}

export const NOTHING_APPLIED: Applied = { facts: [], unread: null }
