/** The restore script in a network namespace of its own: what it sets, that it is idempotent, what it does about bad items. */
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { endpoints } from '../../src/facts/mptcp_endpoints.ts'
import type { Endpoints } from '../../src/facts/mptcp_endpoints.ts'
import { limits } from '../../src/facts/mptcp_limits.ts'
import type { PersistedEndpoint } from '../../src/mptcp/restore-script.ts'
import { endpointKey } from '../../src/mptcp/endpoint-flags.ts'
import { renderRestoreScript } from '../../src/mptcp/restore-script.ts'

const netns = `restore-${randomBytes(4).toString('hex')}`
const none = { port: null, id: null, dev: null }

beforeAll(() => {
  execFileSync('ip', ['netns', 'add', netns])
  ip('link add if-one type veth peer name if-two')
  for (const dev of ['lo', 'if-one', 'if-two']) ip(`link set ${dev} up`)
  ip('addr add 192.0.2.10/24 dev if-one')
  ip('addr add 198.51.100.10/24 dev if-two')
  ip('addr add fd00:9::1/64 dev if-two')
})
afterAll(() => {
  execFileSync('ip', ['netns', 'del', netns])
})
beforeEach(() => {
  ip('mptcp endpoint flush')
  ip('mptcp limits set subflows 2 add_addr_accepted 0')
})

describe.each(['sh', 'bash'])('under %s', (shell) => {
  const restore = (items: PersistedEndpoint[], subflows: number | null = null): ReturnType<typeof run> => {
    const keyed = Object.fromEntries(items.map((item) => [endpointKey(item), item]))
    return run(shell, renderRestoreScript({ limits: { subflows, addAddrAccepted: subflows }, endpoints: keyed }))
  }

  it('sets limits and endpoints, and the second time leaves them alone', () => {
    const items: PersistedEndpoint[] = [
      { ...none, address: '192.0.2.10', dev: 'if-one', flags: ['signal'] },
      { ...none, address: '192.0.2.10', port: 9999, flags: ['signal'] },
      { ...none, address: '198.51.100.10', id: 1, dev: 'if-two', flags: ['backup', 'fullmesh', 'subflow'] },
      { ...none, address: 'fd00:9::1', dev: 'if-two', flags: ['subflow'] },
      { ...none, address: '203.0.113.1', flags: [] },
    ]
    expect(restore(items, 3)).toEqual({ rc: 0, stderr: '' })
    const first = readEndpoints()
    expect(Object.keys(first).sort()).toEqual(items.map(endpointKey).sort())
    for (const item of items) {
      const { flags, dev } = first[endpointKey(item)]!
      expect({ flags, dev }).toEqual({ flags: item.flags, dev: item.dev })
    }
    expect(first['198.51.100.10']?.id).toBe(1)
    const [shown, max] = ['limits show', 'limits set subflows 4294967295'].map((words) => mptcp(words))
    const stdout = `${shown!.text}\n== limits ${shown!.rc}\n${max!.text}\n== max ${max!.rc}\n`
    expect(limits.parse({ stdout, stderr: '', rc: 0 })).toMatchObject({ subflows: 3, addAddrAccepted: 3 })

    expect(restore(items, 3)).toEqual({ rc: 0, stderr: '' })
    expect(readEndpoints()).toEqual(first)
  })

  it('replaces what is there with other flags, device or id, and leaves the endpoints of others', () => {
    ip('mptcp endpoint add 192.0.2.10 id 5 subflow')
    ip('mptcp endpoint add 198.51.100.10 id 6 signal dev if-one')
    ip('mptcp endpoint add fd00:9::1 id 7 signal')
    ip('mptcp endpoint add 203.0.113.9 id 8 backup')
    const result = restore([
      { ...none, address: '192.0.2.10', flags: ['signal'] },
      { ...none, address: '198.51.100.10', dev: 'if-two', flags: ['signal'] },
      { ...none, address: 'fd00:9::1', id: 77, flags: ['signal'] },
    ])
    expect(result).toEqual({ rc: 0, stderr: '' })
    expect(readEndpoints()).toMatchObject({
      '192.0.2.10': { flags: ['signal'] },
      '198.51.100.10': { flags: ['signal'], dev: 'if-two' },
      'fd00:9::1': { id: 77, flags: ['signal'] },
      '203.0.113.9': { id: 8, flags: ['backup'] },
    })
  })

  it('logs a bad item, runs the others, and ends with 1', () => {
    const item = { ...none, address: '192.0.2.10', dev: 'if-one', flags: ['signal' as const] }
    const script = renderRestoreScript({ limits: { subflows: 99, addAddrAccepted: null }, endpoints: { a: item } })
    const bad = ['endpoint 192.0.2.99 singal', 'endpoint 192.0.2.98 id', 'endpoint', "limits 'x", '$(reboot) *']
    const { rc, stderr } = run(shell, script.replace(/(?<=<<'ITEMS'\n)/, `${bad.join('\n')}\n`))
    expect(rc).toBe(1)
    expect(stderr.trim().split('\n')).toEqual([
      'mptcp-fleet: endpoint 192.0.2.99 singal: this line is not understood',
      'mptcp-fleet: endpoint 192.0.2.98 id: this line is not understood',
      'mptcp-fleet: endpoint: this line is not understood',
      expect.stringMatching(/^mptcp-fleet: limits 'x: .*'x/),
      'mptcp-fleet: $(reboot) *: this line is not understood',
      expect.stringMatching(/^mptcp-fleet: limits subflows 99: .*limit greater than maximum/),
    ])
    expect(Object.keys(readEndpoints())).toEqual(['192.0.2.10'])
  })

  it('waits until an IPv6 address is no longer tentative', () => {
    ip('addr add fd00:9::2/64 dev if-two')
    expect(ipText('-6 -o addr show tentative')).toContain('fd00:9::2')
    expect(restore([{ ...none, address: 'fd00:9::2', flags: ['subflow'] }])).toEqual({ rc: 0, stderr: '' })
    expect(ipText('-6 -o addr show tentative')).not.toContain('fd00:9::2')
    expect(readEndpoints()).toHaveProperty(['fd00:9::2'])
    ip('addr del fd00:9::2/64 dev if-two')
  })

  it('does not wait for ever for a device', () => {
    const item = { ...none, address: '192.0.2.10', dev: 'nosuch', flags: ['signal' as const] }
    const script = renderRestoreScript({ limits: { subflows: null, addAddrAccepted: null }, endpoints: { a: item } })
    const { rc, stderr } = run(shell, script.replace('patience=10', 'patience=1'))
    expect(rc).toBe(1)
    expect(stderr).toContain('device does not exist')
  })
})

function ip(words: string): void {
  execFileSync('ip', ['-n', netns, ...words.split(' ')])
}

function ipText(words: string): string {
  return execFileSync('ip', ['-n', netns, ...words.split(' ')], { encoding: 'utf8' })
}

function mptcp(words: string): { text: string; rc: number | null } {
  const { stdout, stderr, status } = spawnSync('ip', ['-n', netns, 'mptcp', ...words.split(' ')], { encoding: 'utf8' })
  return { text: stdout + stderr, rc: status }
}

function readEndpoints(): Endpoints {
  return endpoints.parse({ stdout: ipText('-j mptcp endpoint show'), stderr: '', rc: 0 })
}

function run(shell: string, script: string): { rc: number | null; stderr: string } {
  const { status, stderr } = spawnSync('ip', ['netns', 'exec', netns, shell, '-s'], { input: script, encoding: 'utf8' })
  return { rc: status, stderr }
}
