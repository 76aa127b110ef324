/** Without Oracle's packages, or with others of them, an OCI inventory says what to install. */
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { makeFiles } from '../files.ts'
import { quietly } from '../../../src/inventory/oci/sdk.ts'
import { readYaml } from './fixture.ts'

const INSTALL = 'npm install oci-common@2.139.1 oci-core@2.139.1 oci-identity@2.139.1'

test.each<[string, Record<string, string>, string]>([
  ['none is there', {}, 'not installed: oci-common, oci-core, oci-identity'],
  [
    'one is there',
    { 'node_modules/oci-common/package.json': '{"version": "2.139.1"}' },
    'not installed: oci-core, oci-identity',
  ],
  [
    'one is newer',
    {
      'node_modules/oci-common/package.json': '{"version": "2.139.1"}',
      'node_modules/oci-core/package.json': '{"version": "2.140.0"}',
      'node_modules/oci-identity/package.json': '{"version": "2.139.1"}',
    },
    'version 2.139.1 is needed, installed: oci-core 2.140.0',
  ],
])('%s', async (_, files, why) => {
  // Temporary files of the tests are below the checkout, whose own packages would be found.
  const dir = makeFiles(files, '/tmp')
  const { diagnostics } = await readYaml(null, '', { settings: { require: createRequire(`${dir}/main.js`) } })
  expect(diagnostics).toHaveLength(1)
  expect(diagnostics[0]?.summary).toBe(`OCI inventories need Oracle's SDK for TypeScript; ${why}`)
  expect(diagnostics[0]?.hint).toContain(INSTALL)
  expect(diagnostics[0]?.source).toMatchObject({ file: 'test.oci.yml', line: 1 })
})

test('the console is as it was after work that throws, and after work that takes time', async () => {
  const { log } = console
  expect(() =>
    quietly(() => {
      throw new Error('x')
    }),
  ).toThrow('x')
  expect(console.log).toBe(log)
  const work = quietly(async () => await Promise.reject(new Error('y')))
  expect(console.log).not.toBe(log)
  await expect(work).rejects.toThrow('y')
  expect(console.log).toBe(log)
})
