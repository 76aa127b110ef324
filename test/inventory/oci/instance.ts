/** An instance of OCI: its metadata service, its certificate, and the service that gives it a token for them. */
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import type { Answer, OciServer } from './server.ts'
import { verifyRequest } from './signature.ts'
import { TENANCY } from './tenancy.ts'

/** What of the SDK's own library is used to make certificates. */
interface Sshpk {
  identityFromDN: (name: string) => unknown
  parsePrivateKey: (pem: string, format: string) => unknown
  createSelfSignedCertificate: (subject: unknown, key: unknown) => { toString: (format: string) => string }
}

const fromSdk = createRequire(createRequire(import.meta.url).resolve('oci-common'))
const sshpk = fromSdk('sshpk') as Sshpk

/** A token as OCI gives one; nobody but OCI verifies it. */
export function newToken(payload: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(payload)}.${Buffer.from('signature').toString('base64url')}`
}

function certificate(name: string): { key: string; cert: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const made = sshpk.createSelfSignedCertificate(sshpk.identityFromDN(name), sshpk.parsePrivateKey(key, 'pem'))
  return { key, cert: made.toString('pem') }
}

interface Instance {
  answer: (request: IncomingMessage, body: string) => Answer | null
  /** Tokens that are given count as keys of this server. */
  acceptFor: (server: OciServer) => void
  /** What was asked for, each once. */
  asked: () => string[]
}

/** `refuse`: the token service lets it not in. */
export function startInstance(region: string, refuse = false): Instance {
  const leaf = certificate(`CN=web, OU=opc-certtype:instance, OU=opc-tenant:${TENANCY}`)
  const files: Record<string, string> = {
    '/opc/v2/instance/region': region,
    '/opc/v2/identity/cert.pem': leaf.cert,
    '/opc/v2/identity/key.pem': leaf.key,
    '/opc/v2/identity/intermediate.pem': certificate('CN=ca').cert,
  }
  const asked = new Set<string>()
  let server: OciServer | null = null
  const token = (request: IncomingMessage, body: string): Answer => {
    const sent = JSON.parse(body) as { certificate: string; publicKey: string }
    const bare = sent.certificate.replaceAll(/\s/g, '')
    const shown = new X509Certificate(`-----BEGIN CERTIFICATE-----\n${bare}\n-----END CERTIFICATE-----`)
    const print = shown.fingerprint.toLowerCase()
    const verdict = verifyRequest(request, body, (keyId) =>
      keyId === `${TENANCY}/fed-x509/${print}` ? shown.publicKey : null,
    )
    if (refuse || 'refused' in verdict || shown.raw.compare(new X509Certificate(leaf.cert).raw) !== 0)
      return { status: 401 }
    const session = newToken({ exp: Date.now() / 1000 + 600, nth: asked.size })
    const spki = `-----BEGIN PUBLIC KEY-----\n${sent.publicKey.replaceAll(/\s/g, '')}\n-----END PUBLIC KEY-----`
    server?.keys.set(`ST$${session}`, createPublicKey(spki))
    return { status: 200, body: { token: session } }
  }
  const answer = (request: IncomingMessage, body: string): Answer | null => {
    const path = request.url ?? ''
    if (path.endsWith('/v1/x509')) {
      asked.add('token')
      return token(request, body)
    }
    const text = files[path]
    if (text === undefined) return null
    // The service wants this header, so that nobody is led to it by a URL alone.
    if (request.headers.authorization !== 'Bearer Oracle') return { status: 403 }
    asked.add(path.split('/').at(-1) ?? '')
    return { status: 200, body: text, headers: { 'content-type': 'text/plain' } }
  }
  return { answer, acceptFor: (oci) => (server = oci), asked: () => [...asked] }
}
