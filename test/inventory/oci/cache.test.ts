/** What was read is kept for a while, for the same question of the same user, in a file that is nobody else's. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFiles } from '../files.ts'
import { PASS_PHRASE, pem, privateKey, profile, readYaml, told, USER } from './fixture.ts'
import { startOci } from './server.ts'
import type { Tenancy } from './tenancy.ts'
import { addCompartment, addInstance, addSubnet, emptyTenancy, TENANCY } from './tenancy.ts'

const ASHBURN = 'us-ashburn-1'
const YAML = 'hostname_format: display_name\ncache: yes\n'

function one(): Tenancy {
  const tenancy = emptyTenancy([ASHBURN])
  const subnet = addSubnet(tenancy, ASHBURN, 'n')
  const tags = { freeformTags: { note: '{{ secret }}' } }
  addInstance(tenancy, ASHBURN, TENANCY, 'web', [{ name: 'web', subnet, privateIp: '10.0.0.1' }], tags)
  return tenancy
}

const key = pem(privateKey, PASS_PHRASE)
const place = (): string => makeFiles({ config: profile(`pass_phrase=${PASS_PHRASE}`), 'key.pem': key })

test('a second reading asks nobody and gives the same', async () => {
  const [server, dir] = [await startOci(one()), place()]
  const first = await readYaml(server, YAML, { dir })
  const asked = server.calls.length
  const second = await readYaml(server, YAML, { dir })
  expect(server.calls).toHaveLength(asked)
  expect(second.draft).toEqual(first.draft)
  const folder = join(dir, '.mptcp-fleet/cache')
  const file = readdirSync(folder).find((name) => name.endsWith('.json'))!
  expect(file).toMatch(/^ansible_inventory_oci-[0-9a-f]{32}\.json$/)
  expect([folder, join(folder, file)].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600])
  const text = readFileSync(join(folder, file), 'utf8')
  expect(text).toContain('{{ secret }}')
  for (const secret of [PASS_PHRASE, 'PRIVATE KEY', key.split('\n')[3]!]) expect(text).not.toContain(secret)
})

test('it is asked anew for another question, another user, and when it is old', async () => {
  const [server, dir] = [await startOci(one()), place()]
  await readYaml(server, YAML, { dir })
  const calls = async (yaml: string): Promise<number> => {
    const before = server.calls.length
    await readYaml(server, yaml, { dir })
    return server.calls.length - before
  }
  expect(await calls(YAML)).toBe(0)
  expect(await calls(`${YAML}filters: {display_name: web}\n`)).toBeGreaterThan(0)
  expect(await calls(`${YAML}cache_timeout: 0\n`)).toBeGreaterThan(0)
  expect(await calls('hostname_format: display_name\n')).toBeGreaterThan(0)
  const files = readdirSync(join(dir, '.mptcp-fleet/cache')).filter((name) => name.endsWith('.json'))
  const paths = files.map((name) => join(dir, '.mptcp-fleet/cache', name))
  const age = (seconds: number): void => {
    for (const path of paths) {
      const kept = JSON.parse(readFileSync(path, 'utf8')) as { savedAt: number }
      writeFileSync(path, JSON.stringify({ ...kept, savedAt: Date.now() - seconds * 1000 }))
    }
  }
  age(3000)
  expect(await calls(YAML)).toBe(0)
  age(3601)
  expect(await calls(YAML)).toBeGreaterThan(0)
  for (const path of paths) writeFileSync(path, '{')
  expect(await calls(YAML)).toBeGreaterThan(0)
})

test('it is asked anew where the profile names another region or user', async () => {
  const [server, dir] = [await startOci(one()), place()]
  await readYaml(server, YAML, { dir })
  for (const [from, to] of [
    ['us-ashburn-1', 'eu-frankfurt-1'],
    [USER, 'ocid1.user.oc1..other'],
  ] as const) {
    const config = readFileSync(join(dir, 'config'), 'utf8')
    writeFileSync(join(dir, 'config'), config.replace(from, to))
    expect((await readYaml(server, YAML, { dir })).draft.hosts.size).toBe(0)
    writeFileSync(join(dir, 'config'), config)
    expect((await readYaml(server, YAML, { dir })).draft.hosts.size).toBeGreaterThan(0)
  }
})

test('a folder as Ansible makes them will do', async () => {
  const [server, dir] = [await startOci(one()), place()]
  mkdirSync(join(dir, 'cache'), { mode: 0o755 })
  for (const _ of [1, 2]) expect(told(await readYaml(server, `${YAML}cache_connection: cache\n`, { dir }))).toEqual([])
  expect(server.calls.filter(({ operation }) => operation === 'ListInstances')).toHaveLength(1)
})

test('what cannot be kept is read all the same', async () => {
  const [server, dir] = [await startOci(one()), place()]
  writeFileSync(join(dir, 'file'), '')
  const read = await readYaml(server, `${YAML}cache_connection: file/cache\n`, { dir })
  expect(told(read).map((line) => line.replace(dir, 'DIR'))).toEqual([
    'warning: DIR/file/cache cannot be made (ENOTDIR)',
  ])
  expect(read.draft.hosts.size).toBe(1)
})

test('what is only doubtful is kept', async () => {
  const tenancy = one()
  const a = addCompartment(tenancy, 'a')
  addCompartment(tenancy, 'below', a)
  const instance = tenancy.instances[ASHBURN]![0]!
  Object.assign(instance, { compartmentId: a })
  Object.assign(tenancy.attachments[ASHBURN]![0]!, { compartmentId: a })
  const [server, dir] = [await startOci(tenancy), place()]
  const yaml = `${YAML}compartments: [{compartment_name: a}]\n`
  expect(told(await readYaml(server, yaml, { dir }))[0]).toContain('compartments below this one are not read')
  const asked = server.calls.length
  expect((await readYaml(server, yaml, { dir })).draft.hosts.size).toBe(1)
  expect(server.calls).toHaveLength(asked)
})

test('what is not whole is not kept', async () => {
  const dir = place()
  const denied = { status: 404, body: { code: 'NotAuthorizedOrNotFound', message: 'no' } }
  const server = await startOci(one(), { fault: ({ operation }) => (operation === 'GetSubnet' ? denied : null) })
  await readYaml(server, YAML, { dir })
  const asked = server.calls.length
  await readYaml(server, YAML, { dir })
  expect(server.calls.length).toBe(asked * 2)
})

test.each<[string, (folder: string, file: string) => void, RegExp]>([
  ['a folder that others can write', (folder) => chmodSync(folder, 0o775), /cache is open to others \(mode 775\)$/],
  ['a file that others can read', (_, file) => chmodSync(file, 0o644), /\.json is open to others \(mode 644\)$/],
  [
    'a link in the place of the file',
    (folder, file) => {
      writeFileSync(join(folder, 'x'), '{}', { mode: 0o600 })
      swap(file, join(folder, 'x'))
    },
    /\.json is a symbolic link$/,
  ],
])('%s is refused', async (_, spoil, expected) => {
  const [server, dir] = [await startOci(one()), place()]
  const folder = join(dir, 'cache')
  const yaml = `${YAML}cache_connection: cache\n`
  await readYaml(server, yaml, { dir })
  spoil(
    folder,
    join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.json'))!,
    ),
  )
  const [line, ...more] = told(await readYaml(server, yaml, { dir }))
  expect(line).toMatch(expected)
  expect(line).toMatch(/^error: /)
  expect(more).toEqual([])
})

function swap(path: string, target: string): void {
  chmodSync(path, 0o600)
  writeFileSync(path, '')
  rmSync(path)
  symlinkSync(target, path)
}

test('a link in the place of the folder is refused', async () => {
  const [server, dir] = [await startOci(one()), place()]
  mkdirSync(join(dir, 'real'), { mode: 0o700 })
  symlinkSync('real', join(dir, 'cache'))
  expect(told(await readYaml(server, `${YAML}cache_connection: cache\n`, { dir }))[0]).toMatch(
    /cache is a symbolic link$/,
  )
})
