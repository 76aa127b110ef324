/** Parts of a run as one line of text each, which formats share. */
import type { SubflowReport, TrialResult } from '../../model/report.ts'
import { formatBytes, formatDuration } from '../units.ts'
import { count } from '../wrap.ts'

/** `64.0 MiB in 2.9 s, 2 subflows, checksum right`; empty where nothing was transferred. */
export function trialLine({ bytes, durationMs, subflows, checksumOk }: TrialResult): string {
  if (bytes === 0 && checksumOk === null) return ''
  const checksum = checksumOk === null ? '' : `, checksum ${checksumOk ? 'right' : 'wrong'}`
  return `${formatBytes(bytes)} in ${formatDuration(durationMs)}, ${count(subflows.length, 'subflow')}${checksum}`
}

/** `192.0.2.10%eth0 → 192.0.2.20%eth0: 32.2 MiB, 50.3 %`. Not sanitized. */
export function subflowLine(subflow: SubflowReport): string {
  const client = pathEnd(subflow.clientAddress, subflow.clientDevice)
  const server = pathEnd(subflow.serverAddress, subflow.serverDevice)
  const backup = subflow.backup ? ', backup' : ''
  return `${client} → ${server}: ${formatBytes(subflow.bytes)}, ${(subflow.share * 100).toFixed(1)} %${backup}`
}

/** `192.0.2.10%eth0`. Not sanitized. */
export function pathEnd(address: string, device: string | null): string {
  return device === null ? address : `${address}%${device}`
}
