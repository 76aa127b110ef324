/** An `*.oci.yml` with a profile and a key of its own, read against a server of our own. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { Diagnostic } from '../../../src/model/diagnostic.ts'
import type { Draft } from '../../../src/inventory/draft.ts'
import { newDraft } from '../../../src/inventory/draft.ts'
import { HTTP_LIMITS } from '../../../src/inventory/oci/http.ts'
import type { OciSettings } from '../../../src/inventory/oci/inventory.ts'
import { readOci } from '../../../src/inventory/oci/inventory.ts'
import { newReader } from '../../../src/inventory/read.ts'
import { parseYaml } from '../../../src/text/yaml.ts'
import { makeFiles } from '../files.ts'
import type { OciServer } from './server.ts'
import { TENANCY } from './tenancy.ts'

export const USER = 'ocid1.user.oc1..ops'
export const PASS_PHRASE = 'correct horse battery'

/** As in a run, but impatient between attempts. */
export const IMPATIENT = {
  ...HTTP_LIMITS,
  pause: { first: 5, longest: 50 },
}

export const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

export function fingerprint(key: KeyObject): string {
  const hash = createHash('md5')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
  return hash.match(/../g)!.join(':')
}

export function pem(key: KeyObject, passphrase?: string): string {
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  return key.export({ type: 'pkcs8', format: 'pem', ...encryption } as never).toString()
}

export function profile(more = '', region = 'us-ashburn-1'): string {
  const lines = [`user=${USER}`, `fingerprint=${fingerprint(publicKey)}`, 'key_file=key.pem', `tenancy=${TENANCY}`]
  return `[DEFAULT]\n${lines.join('\n')}\nregion=${region}\n${more}\n`
}

export interface Read {
  draft: Draft
  diagnostics: Diagnostic[]
  dir: string
}

interface ReadOptions {
  files?: Record<string, string>
  settings?: Partial<OciSettings>
  dir?: string
  draft?: Draft
}

/** Reads the YAML with this server as OCI, the key of this file known to it. Nobody else's environment counts. */
export async function readYaml(server: OciServer | null, yaml: string, options: ReadOptions = {}): Promise<Read> {
  server?.keys.set(`${TENANCY}/${USER}/${fingerprint(publicKey)}`, publicKey)
  const dir = options.dir ?? makeFiles({ config: profile(), 'key.pem': pem(privateKey), ...options.files })
  const head = `plugin: oracle.oci.oci\n${yaml.includes('config_file:') ? '' : 'config_file: config\n'}`
  const endpoint = server === null ? '' : `endpoint: "${server.endpoint}"\n`
  const { node } = parseYaml(`${head}${endpoint}${yaml}`, 'test.oci.yml')
  if (node?.kind !== 'map') throw new Error('no mapping')
  const reader = newReader(dir)
  const draft = options.draft ?? newDraft()
  const env = { HOME: join(dir, 'home') }
  await readOci(node, draft, reader, { env, limits: IMPATIENT, ...options.settings })
  return { draft, diagnostics: reader.diagnostics, dir }
}

/** Variables of a host as plain values. */
export function varsOf({ draft }: Read, name: string): Record<string, unknown> {
  return Object.fromEntries([...(draft.hosts.get(name) ?? [])].map(([key, { value }]) => [key, value]))
}

/** Names of the groups that a host is in. */
export function groupsOf({ draft }: Read, host: string): string[] {
  return [...draft.groups.values()].filter((group) => group.hosts.has(host)).map((group) => group.name)
}

export function told({ diagnostics }: Read): string[] {
  return diagnostics.map(({ severity, summary }) => `${severity}: ${summary}`)
}
