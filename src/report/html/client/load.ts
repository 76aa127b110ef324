/** The data of the page, decompressed, and whether they are those that its hash is of. */
import type { RunReport } from '../../../model/report.ts'
import type { AuditData } from '../view.ts'
import { byId } from './dom.ts'

export type Data = ({ kind: 'audit' } & AuditData) | { kind: 'run'; report: RunReport }

export async function loadData(): Promise<{ data: Data; bytes: ArrayBuffer }> {
  const text = atob(byId('data').textContent)
  const packed = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) packed[index] = text.charCodeAt(index)
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
  const bytes = await new Response(stream).arrayBuffer()
  return { data: JSON.parse(new TextDecoder().decode(bytes)) as Data, bytes }
}

/** Browsers hash on pages that they trust, such as files; elsewhere it is said that nothing was checked. */
export async function checkHash(bytes: ArrayBuffer): Promise<void> {
  const stated = byId('content-hash').textContent
  const state = byId('hash-state')
  if (!globalThis.isSecureContext) {
    state.textContent = 'not checked: browsers do that only for files and https'
    return
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const actual = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  state.className = actual === stated ? 'chip pass' : 'chip fail'
  state.textContent = actual === stated ? 'matches' : `does not match: the data have ${actual}`
}
