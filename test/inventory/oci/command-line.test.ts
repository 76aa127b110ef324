/** The program as a whole: nothing but the inventory on stdout, warnings on stderr, no secret anywhere. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFiles } from '../files.ts'
import { fingerprint, PASS_PHRASE, pem, privateKey, profile, publicKey, USER } from './fixture.ts'
import { startOci } from './server.ts'
import { addInstance, addSubnet, emptyTenancy, TENANCY } from './tenancy.ts'

const MAIN = join(import.meta.dirname, '../../../src/main.ts')
const TSX = join(import.meta.dirname, '../../../node_modules/.bin/tsx')

async function run(cwd: string, args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], HOME: cwd }
  const child = spawn(TSX, [MAIN, 'inventory', ...args, '-i', 'prod.oci.yml'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  return { code, out, err }
}

test('inventory list and host', async () => {
  const tenancy = emptyTenancy(['us-ashburn-1'])
  const subnet = addSubnet(tenancy, 'us-ashburn-1', 'n')
  const metadata = { user_data: 'aHVudGVyMg==' }
  const freeformTags = { note: '{{ 7 * 7 }}' }
  const vnics = [
    { name: 'a', subnet, privateIp: '10.0.0.1', publicIp: '203.0.113.1' },
    { name: 'b', subnet, privateIp: '10.0.0.2', publicIp: '203.0.113.2' },
  ]
  addInstance(tenancy, 'us-ashburn-1', TENANCY, 'web', vnics, { metadata, freeformTags })
  addInstance(tenancy, 'us-ashburn-1', TENANCY, 'db', [{ name: 'a', subnet, privateIp: '10.0.0.9' }])
  const body = { code: 'TooManyRequests', message: 'wait' }
  const throttled = { status: 429, body, headers: { 'retry-after': '0' } }
  const server = await startOci(tenancy, { fault: (_, nth) => (nth === 1 ? throttled : null) })
  server.keys.set(`${TENANCY}/${USER}/${fingerprint(publicKey)}`, publicKey)
  const dir = makeFiles({ 'key.pem': pem(privateKey, PASS_PHRASE) })
  writeFileSync(
    join(dir, 'config'),
    profile(`pass_phrase=${PASS_PHRASE}`).replace('[DEFAULT]', '[ops]').replace('key.pem', `${dir}/key.pem`),
  )
  const yaml = `plugin: oracle.oci.oci\nconfig_file: config\nconfig_profile: ops\nendpoint: "${server.endpoint}"\ncache: yes\n`
  writeFileSync(join(dir, 'prod.oci.yml'), yaml)

  const list = await run(dir, ['list', '--output', 'json'])
  expect(list.code, list.err).toBe(0)
  const shown = JSON.parse(list.out) as { _meta: { hostvars: Record<string, Record<string, unknown>> } }
  expect(Object.keys(shown._meta.hostvars)).toEqual(['203.0.113.1'])
  expect(shown._meta.hostvars['203.0.113.1']).toMatchObject({ freeform_tags: { note: '{{ 7 * 7 }}' } })
  expect(list.err).toContain('1 instance without a public_ip left out: db')
  expect(list.err).toContain('prod.oci.yml:1:1')
  expect(list.err).not.toContain('Retrying')

  // The second time from the cache, under another of its names.
  const asked = server.calls.length
  const limited = await run(dir, ['list', '--limit', '203.0.113.2'])
  expect(limited.out).toContain('203.0.113.1')
  expect(server.calls).toHaveLength(asked)
  for (const secret of [PASS_PHRASE, 'aHVudGVyMg', 'PRIVATE KEY']) {
    expect(list.out + list.err + limited.out + limited.err).not.toContain(secret)
  }
}, 180_000)
