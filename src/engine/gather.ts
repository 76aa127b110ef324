/** Reads all facts that a play needs of one host, in one exec. */
import type { PlannedChange } from '../model/change.ts'
import { HostError } from '../model/errors.ts'
import type { Fact } from '../model/fact.ts'
import { shellJoin } from '../text/shell.ts'
import { tail } from '../text/tail.ts'
import type { ExecResult, ScriptPart, Session } from '../transport/types.ts'
import { endError } from './apply-errors.ts'
import { newNonce } from './run-id.ts'
import type { Section } from './script/frame.ts'
import { parseSections } from './script/frame.ts'
import type { FactResults } from './script/probe.ts'
import { probeScript, readFacts } from './script/probe.ts'

/** Output of one probe that is kept, in bytes: far above what any host here printed (60 kB). */
const OUTPUT_CAP = 16 * 1024 * 1024

/** Seconds for which a probe waits while an address that was just changed is tentative (duplicate address detection). */
const TENTATIVE_SECONDS = 5

/** Throws HostError where the facts cannot be read at all; a single unreadable fact is a value. */
export async function gather(
  session: Session,
  facts: readonly Fact[],
  options: { timeoutSeconds: number; signal: AbortSignal; before?: readonly ScriptPart[] },
): Promise<{ results: FactResults; sections: ReadonlyMap<string, Section> }> {
  const nonce = newNonce()
  const result = await session.exec({
    script: probeScript(nonce, facts, options.before),
    timeoutSeconds: options.timeoutSeconds,
    outputCap: OUTPUT_CAP,
    become: true,
    signal: options.signal,
  })
  // A probe changes nothing, so a host that was lost during one is in a known state: unreachable.
  if (result.end === 'lost')
    throw new HostError('unreachable', 'connection-lost', 'the connection was lost while facts were read', {
      detail: result.reason ?? '',
    })
  if (result.end === 'aborted') throw new HostError('unreachable', 'aborted', 'reading facts was called off')
  if (result.end === 'timed-out') throw hanging(nonce, facts, result, options.timeoutSeconds)
  if (result.end !== 'exited' || result.rc !== 0) throw endError(result, 'reading facts')
  const sections = parseSections(nonce, result.stdout, result.stderr)
  return { results: readFacts(facts, sections), sections }
}

/** Names the fact that was being read when the time was up. */
function hanging(nonce: string, facts: readonly Fact[], result: ExecResult, seconds: number): HostError {
  const open = [...parseSections(nonce, result.stdout, result.stderr)].find(([, part]) => part.rc === null)
  const fact = open === undefined ? undefined : facts[Number(open[0].slice(1))]
  const what = fact === undefined ? 'reading facts' : `reading ${fact.key}`
  return new HostError('failed', 'timed-out', `${what} was stopped after ${seconds} s`, {
    detail: tail(open?.[1].stderr.trim() ?? '', 2000),
    hint: fact === undefined ? '' : `see on the host what hangs: ${fact.summary}`,
  })
}

/** What a verifying probe does first: waits while addresses of the changes are tentative. */
export function settled(changes: readonly PlannedChange[]): string[] {
  const paths = changes.flatMap((change) => [change.fact, ...Object.keys(change.effects ?? {})])
  const sixes = new Set(paths.flatMap((path) => /(?:endpoint|address)\/([\da-f]*:[\da-f:]+)/.exec(path)?.[1] ?? []))
  return [...sixes].map(
    (address) =>
      `i=0; while [ $i -lt ${TENTATIVE_SECONDS * 10} ] && [ -n "$(${shellJoin(['ip', '-6', '-o', 'addr', 'show', 'tentative', 'to', address])})" ]; do sleep 0.1 || break; i=$((i+1)); done\n`,
  )
}
