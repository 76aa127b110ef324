import { readFileSync } from 'node:fs'
import { assert, integer, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { MptcpConnection } from '../../src/mptcp/ss.ts'
import { parseMptcpConnections, parseTcpSockets } from '../../src/mptcp/ss.ts'

interface Case {
  name: string
  text: string
  expect: Record<string, unknown>[]
}

const load = (file: string): Case[] =>
  parse(readFileSync(new URL(`../cases/ss/${file}`, import.meta.url), 'utf8')) as Case[]

const NUMBERS = new Set(['subflows', 'bytes_received', 'subflows_total'])

function flat({ state, local, peer, token, fallback, numbers }: MptcpConnection): Record<string, unknown> {
  const shown = Object.fromEntries(Object.entries(numbers).filter(([key]) => NUMBERS.has(key)))
  const ends = { local: local.address, port: local.port, peer: peer.address, peerPort: peer.port }
  return { state, ...ends, token, fallback, ...shown }
}

describe('connections', () => {
  test.each(load('connections.yaml'))('$name', ({ text, expect: expected }) => {
    expect(parseMptcpConnections(text).map(flat)).toEqual(expected)
  })
})

function held(users: string): string {
  return `ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(${users}) subflows:1 token:1a remote_key`
}

function read(users: string): unknown {
  return parseMptcpConnections(held(users)).map(({ programs, fallback, token }) => ({ programs, fallback, token }))
}

test('programs are named, and what they call themselves is read as nothing else', () => {
  expect(read('("curl",pid=7,fd=4),("curl",pid=8,fd=4),("a b",pid=9,fd=1)')).toEqual([
    { programs: ['curl', 'a b'], fallback: false, token: 0x1a },
  ])
  expect(read('("x fallback y",pid=7,fd=4)')).toEqual([{ programs: ['x fallback y'], fallback: false, token: 0x1a }])
  expect(read('("token:ff ",pid=7,fd=4)')).toEqual([{ programs: ['token:ff '], fallback: false, token: 0x1a }])
})

describe('subflows', () => {
  test.each(load('subflows.yaml'))('$name', ({ text, expect: expected }) => {
    const found = parseTcpSockets(text).map(({ state, local, peer, bytesReceived, mptcp }) => ({
      state,
      local: local.address,
      device: local.device,
      peer: peer.address,
      bytes: bytesReceived,
      flags: mptcp?.flags ?? null,
      token: mptcp?.localToken ?? null,
      remote: mptcp?.remoteToken ?? null,
    }))
    expect(found).toEqual(expected)
  })

  test('the token of a subflow equals its connection’s, whatever zeros were left out', () => {
    assert(
      property(integer({ min: 1, max: 0xffff_ffff }), (token) => {
        const hex = token.toString(16)
        const [connection] = parseMptcpConnections(`ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 remote_key token:${hex}`)
        const line = `ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 flags:Mmec token:0000(id:0)/${hex.padStart(8, '0')}(id:0)`
        expect(parseTcpSockets(line)[0]?.mptcp?.localToken).toBe(connection?.token)
      }),
    )
  })

  test('any text is read without an error', () => {
    assert(
      property(string(), (text) => {
        expect(parseTcpSockets(text).length).toBeLessThanOrEqual(text.split('\n').length)
      }),
    )
  })
})
