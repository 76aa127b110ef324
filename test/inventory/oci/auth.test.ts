/** Who asks: keys of profiles, sessions, and principals; what is wrong with them is told, and their secrets never are. */
import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { fingerprint, PASS_PHRASE, pem, privateKey, profile, publicKey, readYaml, told, USER } from './fixture.ts'
import { startInstance } from './instance.ts'
import { newToken } from './instance.ts'
import { startOci } from './server.ts'
import type { Tenancy } from './tenancy.ts'
import { addInstance, addSubnet, emptyTenancy, TENANCY } from './tenancy.ts'

const ASHBURN = 'us-ashburn-1'
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
const YAML = 'hostname_format: display_name\n'

function one(): Tenancy {
  const tenancy = emptyTenancy([ASHBURN])
  const subnet = addSubnet(tenancy, ASHBURN, 'n')
  addInstance(tenancy, ASHBURN, TENANCY, 'web', [{ name: 'web', subnet, privateIp: '10.0.0.1' }])
  return tenancy
}

const encrypted = pem(privateKey, PASS_PHRASE)

test.each<[string, { config?: string; key?: string; yaml?: string; env?: Record<string, string> }]>([
  ['the default profile', {}],
  [
    'another profile',
    {
      config: `[DEFAULT]\nregion = eu-frankfurt-1\n${profile().replace('DEFAULT', 'ops')}`,
      yaml: 'config_profile: ops',
    },
  ],
  ['colons, comments and blanks', { config: profile().replaceAll('=', ' : ').replace('[', '; x\n# y\n[') }],
  ['a pass phrase in the profile', { key: encrypted, config: profile(`pass_phrase=${PASS_PHRASE}`) }],
  ['a pass phrase in the file', { key: encrypted, yaml: `api_user_key_pass_phrase: "${PASS_PHRASE}"` }],
  ['a pass phrase in the environment', { key: encrypted, env: { OCI_USER_KEY_PASS_PHRASE: PASS_PHRASE } }],
  ['a key in the old format', { key: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() }],
  ['a key with a label behind it', { key: `${pem(privateKey)}OCI_API_KEY\n` }],
  ['a key that the file names', { config: profile().replace('key.pem', 'none'), yaml: 'api_user_key_file: key.pem' }],
  [
    'a region of the file',
    { config: profile('', 'nowhere'), yaml: 'regions: [us-ashburn-1]\nconfig_profile: DEFAULT' },
  ],
])('%s', async (_, { config, key, yaml = '', env = {} }) => {
  const server = await startOci(one())
  const files = { config: (config ?? profile()).replace('nowhere', ASHBURN), 'key.pem': key ?? pem(privateKey) }
  const read = await readYaml(server, `${YAML}${yaml}\n`, { files, settings: { env } })
  expect(told(read)).toEqual([])
  expect([...read.draft.hosts.keys()]).toEqual(['web'])
  expect(JSON.stringify([...read.draft.hosts.values()].map((vars) => [...vars]))).not.toContain(PASS_PHRASE)
})

test.each<[string, Record<string, string>, string, string]>([
  ['no configuration', {}, 'config_file: none', 'error: there is no OCI configuration DIR/none'],
  ['no such profile', {}, 'config_profile: DEFUALT', 'error: there is no profile "DEFUALT", did you mean "DEFAULT"?'],
  ['no profile at all', { config: 'user=x\n' }, '', 'error: expected a [profile] before this line'],
  ['no setting', { config: '[DEFAULT]\nsecret text\n' }, '', 'error: expected key=value'],
  ['a setting twice', { config: profile('user=x') }, '', 'error: "user" stands twice in this profile'],
  ['a profile twice', { config: profile('[a]\n[b]\n[a]') }, '', 'error: there are two profiles "a"'],
  [
    'settings missing',
    { config: '[DEFAULT]\nuser=x\n' },
    '',
    'error: the profile "DEFAULT" has no tenancy, no fingerprint, no key_file',
  ],
  ['no key file', {}, 'api_user_key_file: none.pem', 'error: no such file'],
  [
    'a public key',
    { 'key.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString() },
    '',
    'error: DIR/key.pem: this is no private key in PEM',
  ],
  [
    'no RSA key',
    { 'key.pem': pem(generateKeyPairSync('ed25519').privateKey) },
    '',
    'error: DIR/key.pem: OCI takes RSA keys, this is ed25519',
  ],
  [
    'no pass phrase',
    { 'key.pem': encrypted },
    '',
    'error: DIR/key.pem: the private key has a pass phrase, and none is given',
  ],
  [
    'another pass phrase',
    { 'key.pem': encrypted },
    'api_user_key_pass_phrase: "wrong one"',
    'error: DIR/key.pem: the pass phrase is not that of the private key',
  ],
  [
    'another key',
    { 'key.pem': pem(other.privateKey) },
    '',
    `error: the fingerprint is that of another key: the private key has ${fingerprint(other.publicKey)}`,
  ],
  ['no region', { config: profile('', '') }, '', 'error: no region is named'],
  ['no session', {}, 'auth_type: security_token', 'error: the profile "DEFAULT" has no security_token_file'],
  [
    'a session that ended',
    { config: profile('security_token_file=token'), token: newToken({ exp: 1000 }) },
    'auth_type: security_token',
    'error: DIR/token: the session ended at 1970-01-01T00:16:40.000Z',
  ],
  [
    'no token',
    { config: profile('security_token_file=token'), token: 'x' },
    'auth_type: security_token',
    'error: DIR/token: holds no session token',
  ],
])('%s is told before anybody is asked', async (_, files, yaml, expected) => {
  const server = await startOci(one())
  const read = await readYaml(server, yaml, { files })
  expect(told(read).map((line) => line.replaceAll(read.dir, 'DIR'))).toEqual([expected])
  expect(server.calls).toEqual([])
  expect(server.refused).toEqual([])
  expect(JSON.stringify(read.diagnostics)).not.toMatch(/wrong one|secret text/)
})

test('a key that OCI does not know is refused there, asked once, and told', async () => {
  const server = await startOci(one())
  const config = profile().replace(fingerprint(publicKey), fingerprint(other.publicKey))
  const read = await readYaml(server, YAML, { files: { config, 'key.pem': pem(other.privateKey) } })
  expect(told(read)).toEqual([
    'error: OCI does not accept who asks (auth_type api_key): 401 NotAuthenticated: The required information to complete authentication was not provided or was incorrect.',
  ])
  expect(read.diagnostics[0]?.hint).toContain('API keys of this user')
  expect(server.refused).toEqual(['unknown key'])
  server.keys.set(`${TENANCY}/${USER}/${fingerprint(other.publicKey)}`, publicKey)
  await readYaml(server, YAML, { files: { config, 'key.pem': pem(other.privateKey) } })
  expect(server.refused).toEqual(['unknown key', 'wrong signature'])
})

test('a session by its token', async () => {
  const token = newToken({ exp: Date.now() / 1000 + 600 })
  const server = await startOci(one())
  server.keys.set(`ST$${token}`, publicKey)
  const config = profile('security_token_file=token').replace(/user=.*\n/, '')
  const read = await readYaml(server, `${YAML}auth_type: security_token\n`, { files: { config, token: `${token}\n` } })
  expect(told(read)).toEqual([])
  expect([...read.draft.hosts.keys()]).toEqual(['web'])
})

test.each<[string, Record<string, string>]>([
  ['without a configuration', {}],
  ['with a configuration that has other profiles only', { none: '[ops]\nregion=eu-frankfurt-1\n' }],
])('an instance %s: metadata service, certificate, token, and calls that the session key signs', async (_, files) => {
  const instance = startInstance('iad')
  const server = await startOci(one(), { extra: instance.answer })
  instance.acceptFor(server)
  const env = { OCI_METADATA_BASE_URL: `${server.origin}/opc/v2`, HOME: '/nonexistent' }
  const read = await readYaml(server, `${YAML}auth_type: instance_principal\nconfig_file: none\n`, {
    files,
    settings: { env },
  })
  expect(told(read)).toEqual([])
  expect([...read.draft.hosts.keys()]).toEqual(['web'])
  expect(instance.asked()).toEqual(['region', 'cert.pem', 'key.pem', 'intermediate.pem', 'token'])
})

test.each<[string, { refuse?: boolean; base?: string }, RegExp]>([
  [
    'that OCI lets not in',
    { refuse: true },
    /^error: auth_type instance_principal: Failed to fetch the token from auth server.*401/,
  ],
  [
    'that is none',
    { base: '/nowhere' },
    /^error: auth_type instance_principal: the metadata service http:\S+ does not answer \(401/,
  ],
  [
    'without a metadata service',
    { base: 'closed' },
    /^error: auth_type instance_principal: the metadata service http:\S+ does not answer \(connect ECONNREFUSED/,
  ],
])('an instance %s', async (_, { refuse = false, base = '/opc/v2' }, expected) => {
  const instance = startInstance('iad', refuse)
  const server = await startOci(one(), { extra: instance.answer })
  const url = base === 'closed' ? 'http://127.0.0.1:61439/' : `${server.origin}${base}`
  const settings = { env: { OCI_METADATA_BASE_URL: url, HOME: '/nonexistent' } }
  const read = await readYaml(server, `${YAML}auth_type: instance_principal\nconfig_file: none\n`, { settings })
  expect(told(read)).toHaveLength(1)
  expect(told(read)[0]).toMatch(expected)
})

test('a resource by the token in its environment', async () => {
  const server = await startOci(one())
  const token = newToken({ exp: Date.now() / 1000 + 600, res_tenant: TENANCY })
  server.keys.set(`ST$${token}`, publicKey)
  const yaml = `${YAML}auth_type: resource_principal\nconfig_file: none\n`
  const before = { ...process.env }
  try {
    const missing = await readYaml(server, yaml)
    expect(told(missing)[0]).toMatch(
      /^error: auth_type resource_principal: OCI_RESOURCE_PRINCIPAL_VERSION environment variable is missing/,
    )
    process.env['OCI_RESOURCE_PRINCIPAL_VERSION'] = '2.2'
    process.env['OCI_RESOURCE_PRINCIPAL_RPST'] = token
    process.env['OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM'] = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    process.env['OCI_RESOURCE_PRINCIPAL_REGION'] = 'iad'
    const read = await readYaml(server, yaml)
    expect(told(read)).toEqual([])
    expect([...read.draft.hosts.keys()]).toEqual(['web'])
  } finally {
    process.env = before
  }
})
