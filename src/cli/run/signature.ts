/** Detached signatures by OpenSSH's keys: `FILE.sig`, made and checked by `ssh-keygen -Y`. */
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Io } from '../io.ts'
import { signatureError, sshKeygen } from './ssh-keygen.ts'

/** What a signature is for, so that none made for something else counts. */
export type Namespace = 'mptcp-fleet' | 'mptcp-fleet-report'
export const PLAN: Namespace = 'mptcp-fleet'
export const REPORT: Namespace = 'mptcp-fleet-report'

/** Throws DiagnosticsError where there is no key that can be read. `key` null: nothing is signed. */
export function checkKey(key: string | null, cwd: string): void {
  if (key === null || isReadableFile(resolve(cwd, key))) return
  throw signatureError(
    `--sign ${key}: there is no key that can be read`,
    '',
    'name a private key, or a .pub of the agent',
  )
}

function isReadableFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** What is to become `file`. */
export interface Unsigned {
  file: string
  text: () => string
}

/**
 * Signs texts, and hands over each with its signature once all are signed. An encrypted key asks on the terminal once, or is
 * taken from the agent. Throws DiagnosticsError.
 */
export async function signTexts(
  texts: Iterable<Unsigned>,
  { key, namespace, io }: { key: string; namespace: Namespace; io: Io },
  take: (file: string, text: string, signature: string) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mptcp-fleet-'))
  try {
    // From files: with stdin taken, ssh-keygen would not ask for the key's passphrase; and of many reports one is in memory.
    const signed = Array.from(texts, ({ file, text }, index) => {
      const path = join(folder, String(index))
      writeFileSync(path, text(), { mode: 0o600 })
      return { file, path }
    })
    if (signed.length === 0) return
    const paths = signed.map(({ path }) => path)
    const answer = await sshKeygen(['sign', '-f', resolve(io.cwd, key), '-n', namespace, ...paths], null, io)
    if (answer.code !== 0) {
      const more = signed.length === 1 ? '' : ` and ${signed.length - 1} more`
      const hint = 'name a private key, or a .pub whose key the agent has; nothing was written'
      throw signatureError(`${signed[0]!.file}${more} cannot be signed with ${key}`, answer.stderr, hint)
    }
    for (const { file, path } of signed) take(file, readFileSync(path, 'utf8'), readFileSync(`${path}.sig`, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Who signed: a name of the allowed signers, null where these do not count; and their key: `ED25519 key SHA256:…`. */
export interface Signer {
  name: string | null
  key: string
}

/** Where the signature of a file is kept. */
export function signatureFile(file: string, cwd: string): string {
  return `${resolve(cwd, file)}.sig`
}

/**
 * Who signed what was read from `file`, by the names of the allowed signers; `allowed` null: whoever it is. Throws
 * DiagnosticsError where nobody of them did.
 */
export async function signerOf(
  { bytes, file, namespace }: { bytes: string | Buffer; file: string; namespace: Namespace },
  allowed: string | null,
  io: Io,
): Promise<Signer> {
  const signature = signatureFile(file, io.cwd)
  if (!existsSync(signature)) throw signatureError(`${file} is not signed`, '', `there is no ${file}.sig`)
  const [args, name] = allowed === null ? [[], null] : await principal(signature, file, allowed, io)
  const verb = allowed === null ? 'check-novalidate' : 'verify'
  const checked = await sshKeygen([verb, ...args, '-n', namespace, '-s', signature], bytes, io)
  if (checked.code !== 0) {
    const [summary, hint] = notCovered(file, name, checked.stderr)
    throw signatureError(summary, checked.stderr + checked.stdout, hint)
  }
  // Good "NAMESPACE" signature for NAME with ED25519 key SHA256:…
  return { name, key: / with (\S+ key \S+)\s*$/.exec(checked.stdout)?.[1] ?? 'an unknown key' }
}

/** What is wrong by the words of ssh-keygen, and a hint. */
function notCovered(file: string, name: string | null, told: string): [string, string] {
  if (told.includes('key is not permitted')) {
    return [`${name ?? ''} is no allowed signer of ${file}`, 'the allowed signers restrict what this key may sign']
  }
  if (told.includes('namespace does not match')) {
    return [`the signature of ${file} was made for something else`, 'its namespace is another']
  }
  const covered = name === null ? 'its signature covers' : `${name} signed`
  return [`${file} is not what ${covered}`, 'it was changed since']
}

async function principal(signature: string, file: string, allowed: string, io: Io): Promise<[string[], string]> {
  const signers = resolve(io.cwd, allowed)
  const found = await sshKeygen(['find-principals', '-f', signers, '-s', signature], null, io)
  const [name = ''] = found.stdout.split('\n')
  if (found.code !== 0 || name === '') {
    throw signatureError(`${file} is signed by nobody of ${allowed}`, found.stderr, '')
  }
  return [['-f', signers, '-I', name], name]
}
