import { describe, expect, test } from 'vitest'
import { mibGrowth, parseDeviceBytes, parseMibCounters } from '../../src/mptcp/counters.ts'

describe('counters', () => {
  test('growth of names that both readings have', () => {
    const before = parseMibCounters('TcpExt: A B\nTcpExt: 1 2\nMPTcpExt: MPCapableSYNRX MPJoinSynRx\nMPTcpExt: 3 4\n')
    expect(before).toEqual({ MPCapableSYNRX: 3, MPJoinSynRx: 4 })
    expect(mibGrowth(before, { MPCapableSYNRX: 5, New: 9 })).toEqual({ MPCapableSYNRX: 2 })
    expect(parseMibCounters('')).toEqual({})
  })

  test('bytes of devices, with headings and without a space behind the name', () => {
    const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
  eth0: 33858454    3606    0    0    0     0          0         0   197953    2536    0    0    0     0       0          0
br0.7:1 2 0 0 0 0 0 0 9 10 0 0 0 0 0 0`
    expect(parseDeviceBytes(text)).toEqual({ eth0: { rx: 33858454, tx: 197953 }, 'br0.7': { rx: 1, tx: 9 } })
  })
})
