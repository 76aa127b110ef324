/** A private key that a profile names: an API key, or the key of a session with its token. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Diagnostic, Source } from '../../model/diagnostic.ts'
import { errorDiagnostic } from '../../model/diagnostic.ts'
import type { Secret } from '../../model/secret.ts'
import { Secret as SecretText } from '../../model/secret.ts'
import { unreadableFile } from '../../text/file.ts'
import type { Profile } from './config-file.ts'
import type { ClaimedIdentity } from './identity.ts'
import type { OciOptions } from './schema.ts'

/** Null where `diagnostics` got an error: everything that can be known without asking OCI is checked. */
export function keyIdentity(
  profile: Profile,
  options: OciOptions,
  expand: (path: string) => string,
  diagnostics: Diagnostic[],
): ClaimedIdentity | null {
  const isSession = options.auth_type === 'security_token'
  const needed = isSession ? ['tenancy', 'security_token_file'] : ['tenancy', 'user', 'fingerprint']
  if (options.api_user_key_file === undefined) needed.push('key_file')
  const missing = needed.filter((name) => (profile.settings.get(name)?.value ?? '') === '')
  if (missing.length > 0) {
    const summary = `the profile "${options.config_profile}" has no ${missing.join(', no ')}`
    const hint = isSession ? 'make a session with: oci session authenticate' : 'see: oci setup config'
    diagnostics.push(errorDiagnostic('oci-profile', summary, { hint, source: profile.source }))
    return null
  }
  const get = (name: string): string => profile.settings.get(name)?.value ?? ''
  const at = (name: string): Source => profile.settings.get(name)?.source ?? profile.source
  const phrase =
    options.api_user_key_pass_phrase ?? (get('pass_phrase') === '' ? null : new SecretText(get('pass_phrase')))
  const key = readKey(expand(options.api_user_key_file ?? get('key_file')), phrase, at('key_file'), diagnostics)
  if (key === null) return null
  const keyId = isSession
    ? sessionKeyId(expand(get('security_token_file')), at('security_token_file'), diagnostics)
    : apiKeyId(key, get, at('fingerprint'), diagnostics)
  if (keyId === null) return null
  const pem = key.export({ type: 'pkcs1', format: 'pem' }).toString()
  const provider = { getKeyId: async () => keyId, getPrivateKey: () => pem, getPassphrase: () => null }
  const identity = { provider, tenancy: get('tenancy'), region: get('region') === '' ? null : get('region') }
  // A session gets another token from time to time.
  const who = [isSession ? `${get('tenancy')} ${fingerprintOf(key)}` : keyId, get('region')].join(' ')
  return { who, open: async () => identity }
}

function readKey(path: string, phrase: Secret | null, source: Source, diagnostics: Diagnostic[]): KeyObject | null {
  const wrong = (summary: string, hint: string): null => {
    diagnostics.push(errorDiagnostic('oci-key', `${path}: ${summary}`, { hint, source }))
    return null
  }
  // Where it stands in a vault that does not open, that is told, and nothing about the key.
  const passphrase = phrase?.reveal() ?? null
  let isEncrypted = false
  try {
    const bytes = readFileSync(path)
    isEncrypted = bytes.includes('ENCRYPTED')
    const key = createPrivateKey(passphrase === null ? { key: bytes } : { key: bytes, passphrase })
    return key.asymmetricKeyType === 'rsa' ? key : wrong(`OCI takes RSA keys, this is ${key.asymmetricKeyType}`, '')
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (/^E[A-Z]+$/.test(code)) {
      diagnostics.push({ ...unreadableFile(error, path), detail: `named at ${source.file}:${source.line}` })
      return null
    }
    const hint = 'give it by OCI_USER_KEY_PASS_PHRASE, api_user_key_pass_phrase, or pass_phrase in the profile'
    if (isEncrypted && passphrase === null) return wrong('the private key has a pass phrase, and none is given', hint)
    if (isEncrypted) return wrong('the pass phrase is not that of the private key', hint)
    return wrong('this is no private key in PEM', 'name the file whose public half is an API key in the console')
  }
}

function apiKeyId(
  key: KeyObject,
  get: (name: string) => string,
  source: Source,
  diagnostics: Diagnostic[],
): string | null {
  const actual = fingerprintOf(key)
  if (actual !== get('fingerprint').toLowerCase()) {
    const summary = `the fingerprint is that of another key: the private key has ${actual}`
    diagnostics.push(errorDiagnostic('oci-key', summary, { source, hint: 'correct fingerprint or key_file' }))
    return null
  }
  return `${get('tenancy')}/${get('user')}/${get('fingerprint')}`
}

/** As the console shows it. */
function fingerprintOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return (createHash('md5').update(der).digest('hex').match(/../g) ?? []).join(':')
}

function sessionKeyId(path: string, source: Source, diagnostics: Diagnostic[]): string | null {
  let token: string
  try {
    token = readFileSync(path, 'utf8').trim()
  } catch (error) {
    diagnostics.push({ ...unreadableFile(error, path), detail: `named at ${source.file}:${source.line}` })
    return null
  }
  const ends = endOfToken(token)
  if (ends === null || ends <= Date.now()) {
    const when = ends === null ? 'holds no session token' : `ended at ${new Date(ends).toISOString()}`
    const hint = 'make a new session with: oci session authenticate'
    diagnostics.push(
      errorDiagnostic('oci-session', `${path}: ${ends === null ? when : `the session ${when}`}`, { hint, source }),
    )
    return null
  }
  return `ST$${token}`
}

/** In milliseconds since 1970; null where this is no token. */
function endOfToken(token: string): number | null {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
      exp?: unknown
    }
    return typeof payload.exp === 'number' ? payload.exp * 1000 : null
  } catch {
    return null
  }
}
