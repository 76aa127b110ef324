/** From what both ends of a trial printed to its result: pure, total, every failure with its reason. */
import type { SubflowReport, TrialResult } from '../../model/report.ts'
import type { ProofFailure } from '../../mptcp/proof-evidence.ts'
import { prove } from '../../mptcp/proof.ts'
import { tail } from '../../text/tail.ts'
import type { TrialOutput } from '../define.ts'
import type { TransferFailure } from './causes.ts'
import { explainFailures } from './causes.ts'
import type { ClientEvidence, ServerEvidence } from './evidence.ts'
import { parseClientEvidence, parseServerEvidence } from './evidence.ts'
import { curlMeaning } from './curl-exit.ts'
import type { TrialTerms } from './terms.ts'

/** Verdict `pass` only where both ends did their part and every condition of the proof holds. */
export function judgeTrial(terms: TrialTerms, output: { server: TrialOutput; client: TrialOutput }): TrialResult {
  const server = parseServerEvidence(output.server.stdout)
  const client = parseClientEvidence(output.client.stdout)
  const never = brokenOff(terms, output, server)
  if (never !== null) return result(terms, client, { reasons: [never], subflows: [], checksumOk: null })

  const checksumOk = compareChecksums(server, client)
  const { failures, subflows } = prove({
    ...terms,
    samples: client.samples,
    serverBytes: server.devices,
    clientBytes: client.devices,
    serverRoutes: server.routes,
    clientRoutes: client.routes,
    checksumOk,
  })
  const lost = lostEnds(terms, output)
  const broken = transferFailures(terms, client)
  // What is missing because an end was lost, or not sampled because nothing was fetched, is no reason of its own.
  const telling = failures.filter(({ code }) => lost.length + broken.length === 0 || !SECONDARY.has(code))
  const reasons = [...lost, ...explainFailures(terms, { server, client }, [...broken, ...telling])]
  return result(terms, client, { reasons, subflows, checksumOk })
}

const SECONDARY = new Set<ProofFailure['code']>(['too-fast', 'counters-missing', 'one-sided', 'checksum'])

/** The reason why the client never started or the server never served. */
function brokenOff(
  { server, client }: TrialTerms,
  output: { server: TrialOutput; client: TrialOutput },
  evidence: ServerEvidence,
): string | null {
  if (evidence.failure !== null) return `${server}: ${evidence.failure.text}`
  if (evidence.sha256 === null) return endReason(server, output.server) ?? `${server}: the web server did not start`
  return output.client.stdout === ''
    ? (endReason(client, output.client) ?? `${client}: the transfer did not start`)
    : null
}

/** Ends that did their part but did not end as they should. */
function lostEnds({ server, client }: TrialTerms, output: { server: TrialOutput; client: TrialOutput }): string[] {
  return [endReason(server, output.server), endReason(client, output.client)].filter((reason) => reason !== null)
}

function endReason(host: string, { rc, stderr, failure }: TrialOutput): string | null {
  if (rc === 0) return null
  if (rc === null) {
    const lost = failure === null || failure.includes('connection was lost')
    return lost ? `connection to ${host} lost during the trial` : `${host}: ${failure}`
  }
  if (rc === 124) return `${host}: the trial's time was up before it ended`
  const said = failure ?? stderr.trim().split('\n').at(-1) ?? ''
  return `${host}: the trial's script ended with exit code ${rc}${said === '' ? '' : `: ${said}`}`
}

function transferFailures({ client }: TrialTerms, { transfer }: ClientEvidence): TransferFailure[] {
  const failure = (reason: string): TransferFailure[] => [{ code: 'transfer', reason: `${client}: ${reason}` }]
  if (transfer === null) return failure('the transfer was ended before it was complete')
  if (transfer.curlRc === 0) return []
  const said = transfer.message === '' ? '' : ` (${transfer.message.replaceAll('\n', ' ')})`
  return failure(`curl ended with ${transfer.curlRc}, ${curlMeaning(transfer.curlRc)}${said}`)
}

function compareChecksums(server: ServerEvidence, { transfer, samples }: ClientEvidence): boolean | null {
  if (transfer === null) return null
  const received = samples.some(({ sockets }) => sockets.some((socket) => socket.bytesReceived > 0))
  if (transfer.curlRc !== 0 && !received) return null
  return transfer.sha256 === server.sha256
}

function result(
  terms: TrialTerms,
  client: ClientEvidence,
  found: { reasons: string[]; subflows: SubflowReport[]; checksumOk: boolean | null },
): TrialResult {
  const sampled = found.subflows.reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    server: terms.server,
    client: terms.client,
    verdict: found.reasons.length === 0 ? 'pass' : 'fail',
    reasons: readable(found.reasons),
    bytes: found.checksumOk === true ? terms.bytes : sampled,
    durationMs: client.transfer?.durationMs ?? 0,
    checksumOk: found.checksumOk,
    subflows: found.subflows.slice(0, MOST_SUBFLOWS),
  }
}

/** The kernel makes 8 beside the first; a host that tells of hundreds is not to fill the report. */
const MOST_SUBFLOWS = 100
const MOST_REASONS = 30
/** Characters of one reason; scripts cut what programs say to less. */
const LONGEST_REASON = 4000

function readable(reasons: readonly string[]): string[] {
  const shown = reasons.slice(0, MOST_REASONS).map((reason) => tail(reason, LONGEST_REASON))
  return reasons.length > MOST_REASONS ? [...shown, `and ${reasons.length - MOST_REASONS} more reasons`] : shown
}
