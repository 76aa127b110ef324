import { expect, test } from 'vitest'
import { fallbackCount, troubles } from '../../src/mptcp/trouble.ts'

test('a healthy pair tells of nothing', () => {
  const client = { MPCapableSYNTX: 1, MPCapableSYNACKRX: 1, AddAddr: 1, MPJoinSynTx: 1, MPJoinSynAckRx: 1 }
  const server = { MPCapableSYNRX: 1, MPCapableACKRX: 1, AddAddrTx: 1, MPJoinSynRx: 1, MPJoinAckRx: 1 }
  expect([troubles(client), troubles(server)]).toEqual([[], []])
})

test.each([
  [{ MPCapableFallbackSYNACK: 3 }, 'MPCapableFallbackSYNACK', 3, /plain TCP/],
  [{ MPJoinRejected: 2 }, 'MPJoinRejected', 2, /limit/],
  [{ MPJoinSynTx: 5, MPJoinSynAckRx: 3 }, 'MPJoinSynTx − MPJoinSynAckRx', 2, /no answer/],
  [{ AddAddr: 4, MPJoinSynTx: 0 }, 'AddAddr', 4, /add_addr_accepted/],
])('%j', (counters, counter, value, meaning) => {
  const found = troubles(counters)
  expect(found).toMatchObject([{ counter, value }])
  expect(found[0]!.meaning).toMatch(meaning)
})

test('a counter that the kernel lacks tells nothing', () => {
  expect(troubles({ MPJoinSynTx: 5 })).toEqual([])
  expect(troubles({ AddAddr: 5 })).toEqual([])
  expect(troubles({})).toEqual([])
})

test('fallbacks are added up over all causes; without any counter they are unknown', () => {
  expect(fallbackCount({ MPCapableFallbackSYNACK: 2, DssFallback: 1, SubflowStale: 9 })).toBe(3)
  expect(fallbackCount({ MPCapableFallbackACK: 0 })).toBe(0)
  expect(fallbackCount({})).toBeNull()
})
