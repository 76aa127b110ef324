import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EndpointFlag } from '../../src/mptcp/endpoint-flags.ts'
import { endpointKey, sortFlags } from '../../src/mptcp/endpoint-flags.ts'
import type { PersistedEndpoint, PersistedModel } from '../../src/mptcp/restore-script.ts'
import {
  isEmptyModel,
  parseRestoreScript,
  renderRestoreScript,
  renderRestoreUnit,
  RESTORE_SCRIPT_PATH,
} from '../../src/mptcp/restore-script.ts'
import { parseAddress } from '../../src/text/ip.ts'

const FLAGS: EndpointFlag[] = ['signal', 'subflow', 'backup', 'fullmesh', 'laminar']
const EMPTY: PersistedModel = { limits: { subflows: null, addAddrAccepted: null }, endpoints: {} }
const EXAMPLE: PersistedModel = {
  limits: { subflows: 2, addAddrAccepted: 0 },
  endpoints: {
    '192.0.2.10': { address: '192.0.2.10', port: null, id: null, dev: 'eth0', flags: ['signal'] },
    'fd00::1 port 8080': { address: 'fd00::1', port: 8080, id: 7, dev: null, flags: ['backup', 'subflow'] },
  },
}

const limit = fc.option(fc.integer({ min: 0, max: 4294967295 }))
const endpoint = fc.record<PersistedEndpoint>({
  address: fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseAddress(text)!.normal),
  port: fc.option(fc.integer({ min: 1, max: 65535 })),
  id: fc.option(fc.integer({ min: 1, max: 255 })),
  dev: fc.option(fc.stringMatching(/^[A-Za-z][\w.@-]{0,14}$/)),
  flags: fc.subarray(FLAGS).map(sortFlags),
})
const model = fc.record<PersistedModel>({
  limits: fc.record({ subflows: limit, addAddrAccepted: limit }),
  endpoints: fc.array(endpoint).map((list) => Object.fromEntries(list.map((item) => [endpointKey(item), item]))),
})

it('parsing gives back the model that was rendered', () => {
  fc.assert(
    fc.property(model, (model) => {
      expect(parseRestoreScript(renderRestoreScript(model))).toEqual({ ...model, badLines: [] })
    }),
  )
})

it('no other text is taken for ours', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseRestoreScript(text).badLines).not.toEqual([])
    }),
  )
})

it('a word that slipped in anywhere is noticed, or belongs to an item that is kept', () => {
  const script = renderRestoreScript(EXAMPLE)
  fc.assert(
    fc.property(fc.nat(script.length - 1), fc.constantFrom('x', '#', ' z', '9'), (at, insertion) => {
      const changed = script.slice(0, at) + insertion + script.slice(at)
      const parsed = parseRestoreScript(changed)
      expect(parsed.badLines.length > 0 || sortedLines(renderRestoreScript(parsed)) === sortedLines(changed)).toBe(true)
    }),
  )
})

it('writes items with explicit ids first, flags in the order of ip', () => {
  const items = renderRestoreScript(EXAMPLE).split("<<'ITEMS'\n")[1]
  expect(items).toBe(`limits subflows 2 add_addr_accepted 0
endpoint fd00::1 port 8080 id 7 subflow backup
endpoint 192.0.2.10 dev eth0 signal
ITEMS
exit "$failed"
`)
})

it('keeps what was edited by hand, and names what it does not understand by line', () => {
  const edited = renderRestoreScript(EXAMPLE)
    .replace('subflows 2 add_addr_accepted 0', 'add_addr_accepted 3')
    .replace('dev eth0 signal', 'signal dev  eth1 fullmesh')
    .replace(/^ITEMS$/m, '\nendpoint 192.0.2.11 singal\nendpoint 192.0.2.10 signal\n# a remark\nITEMS')
  const parsed = parseRestoreScript(edited)
  expect(parsed.limits).toEqual({ subflows: null, addAddrAccepted: 3 })
  expect(parsed.endpoints['192.0.2.10']).toMatchObject({ dev: 'eth1', flags: ['fullmesh', 'signal'] })
  const lines = edited.split('\n')
  expect(parsed.badLines.map(({ text }) => text)).toEqual([
    'endpoint 192.0.2.11 singal',
    'endpoint 192.0.2.10 signal',
    '# a remark',
  ])
  for (const { line, text } of parsed.badLines) expect(lines[line - 1]).toBe(text)
})

it('notices a change outside the items', () => {
  const script = renderRestoreScript(EXAMPLE)
  expect(parseRestoreScript(script.replace('patience=10', 'patience=90')).badLines).toMatchObject([
    { text: 'patience=90' },
  ])
  expect(parseRestoreScript(`${script}reboot\n`).badLines).toMatchObject([{ text: 'reboot' }])
})

it.each([
  'limits',
  'limits subflows',
  'limits subflows 1 subflows 2',
  'limits subflow 1',
  'limits subflows 01',
  'limits subflows 4294967296',
  'endpoint',
  'endpoint 192.0.2.0/24 signal',
  'endpoint 192.0.2.1 dev',
  'endpoint 192.0.2.1 dev a dev b',
  'endpoint 192.0.2.1 dev $(reboot)',
  'endpoint 192.0.2.1 port 0 signal',
  'endpoint 192.0.2.1 id 256',
  'endpoint 192.0.2.1 implicit',
  'endpoint fe80::1%eth0 signal',
  'reboot',
])('does not take the item "%s"', (item) => {
  const script = renderRestoreScript(EMPTY).replace(/^ITEMS$/m, `${item.replaceAll('$', '$$$$')}\nITEMS`)
  expect(parseRestoreScript(script).badLines).toMatchObject([{ text: item }])
})

it('refuses to write what would not be an item', () => {
  const bad = { address: '192.0.2.1', port: null, id: null, dev: 'a;reboot', flags: [] }
  expect(() => renderRestoreScript({ ...EMPTY, endpoints: { '192.0.2.1': bad } })).toThrow(RangeError)
})

it('knows an empty model', () => {
  expect(isEmptyModel(EMPTY)).toBe(true)
  expect(isEmptyModel(EXAMPLE)).toBe(false)
  expect(isEmptyModel({ ...EMPTY, limits: { subflows: 0, addAddrAccepted: null } })).toBe(false)
})

it('has the format number of its text: raise FORMAT together with this hash', () => {
  const script = renderRestoreScript(EMPTY)
  const format = /format (\d+):/.exec(script)?.[1]
  const hash = createHash('sha256').update(script).digest('hex').slice(0, 16)
  expect({ format, hash }).toEqual({ format: '1', hash: 'bebf43b44f814e16' })
})

it('is shell text that a POSIX sh reads', () => {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: renderRestoreScript(EXAMPLE), encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

it('has a unit that runs it when addresses are there', () => {
  const unit = renderRestoreUnit()
  expect(unit).toContain(`ExecStart=${RESTORE_SCRIPT_PATH}\n`)
  expect(unit).toMatch(/^After=.*network-online\.target.*NetworkManager\.service/m)
  expect(unit).toContain('WantedBy=multi-user.target\n')
})

/** Editing an address may change its place among the items, and nothing else. */
function sortedLines(script: string): string {
  return script.split('\n').sort().join('\n')
}
