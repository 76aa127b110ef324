/** `report verify FILE`: who signed a report, and whether it is still what was signed. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DiagnosticsError } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import { readHtmlReport } from '../../report/html/data.ts'
import { sanitize } from '../../report/sanitize.ts'
import { unreadableFile } from '../../text/file.ts'
import type { Io } from '../io.ts'
import { REPORT, signatureFile, signerOf } from './signature.ts'

/** `allowed`: whose signatures count. Throws DiagnosticsError for what is altered, which ends with EXIT.failed, too. */
export async function verifyReport(file: string, allowed: string | null, io: Io): Promise<number> {
  const bytes = read(file, io)
  const say = (text: string, isWell: boolean): number => {
    const told = text.startsWith(file) ? text : `${file}: ${text}`
    io.stdout.write(`${sanitize(told)}\n`)
    return isWell ? EXIT.ok.code : EXIT.failed.code
  }
  // A name mistyped is no verdict on the report.
  if (allowed !== null) read(allowed, io)
  const isPage = file.toLowerCase().endsWith('.html')
  const altered = isPage ? alteredPage(bytes.toString('utf8')) : null
  if (altered !== null) return say(altered, false)
  if (!existsSync(signatureFile(file, io.cwd))) {
    if (!isPage) return say('not signed, and its format has no hash of its own: nothing can be said of it', false)
    // What was to be proven by a signature is not.
    return say(`intact as far as its own hash says, origin unproven: there is no ${file}.sig`, allowed === null)
  }
  const signer = await checked(bytes, file, allowed, io)
  if ('problem' in signer) return say(signer.problem, false)
  if (signer.name !== null) return say(`signed by ${signer.name} with ${signer.key}, and unaltered since`, true)
  return say(
    `unaltered since it was signed with ${signer.key}, origin unproven: --allowed-signers FILE says whose it is`,
    true,
  )
}

/** How a page contradicts the hash that it states of itself; null: in nothing. */
function alteredPage(html: string): string | null {
  const page = readHtmlReport(html)
  if (page === null) return 'altered, or no report of mptcp-fleet: it holds no data with a hash that can be read'
  const { stated, actual, isPageIntact } = page
  if (stated !== actual) return `altered: it states the hash ${stated}, and its data have ${actual}`
  return isPageIntact ? null : 'altered: what is round its data is not what was hashed with them'
}

async function checked(
  bytes: Buffer,
  file: string,
  allowed: string | null,
  io: Io,
): Promise<{ name: string | null; key: string } | { problem: string }> {
  try {
    return await signerOf({ bytes, file, namespace: REPORT }, allowed, io)
  } catch (error) {
    if (!(error instanceof DiagnosticsError) || error.diagnostics[0]?.code !== 'signature') throw error
    const [{ summary, detail }] = error.diagnostics as [(typeof error.diagnostics)[number]]
    return { problem: detail === '' ? summary : `${summary} (${detail.replaceAll('\n', '; ')})` }
  }
}

function read(file: string, io: Io): Buffer {
  try {
    return readFileSync(resolve(io.cwd, file))
  } catch (error) {
    throw new DiagnosticsError([unreadableFile(error, file)])
  }
}
