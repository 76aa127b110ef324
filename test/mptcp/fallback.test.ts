import { describe, expect, test } from 'vitest'
import { mibGrowth, parseDeviceBytes, parseMibCounters } from '../../src/mptcp/counters.ts'
import type { FallbackEvidence } from '../../src/mptcp/fallback.ts'
import { diagnose } from '../../src/mptcp/fallback.ts'

/** What both ends count on a connection with one further subflow; 0 where nothing happened. */
const QUIET = Object.fromEntries(
  [
    'MPCapableSYNRX MPCapableSYNTX MPCapableSYNACKRX MPCapableACKRX MPCapableFallbackACK MPCapableFallbackSYNACK',
    'MPCapableSYNTXDrop MPCapableSYNTXDisabled MPJoinRejected MPJoinSynTx MPJoinSynRx MPJoinSynAckRx MPJoinAckRx',
    'MPJoinSynTxBindErr MPJoinSynTxConnectErr AddAddr AddAddrTx AddAddrDrop MPRstTx MPCapableDataFallback Blackhole',
  ]
    .join(' ')
    .split(' ')
    .map((name) => [name, 0]),
)

/** Counters as `Name+N Name+N` on top of a quiet host. */
const counters = (text: string): Record<string, number> => ({
  ...QUIET,
  ...Object.fromEntries(
    text
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => [word.split('+')[0]!, Number(word.split('+')[1])]),
  ),
})

const evidence = (client: string, server: string, more: Partial<FallbackEvidence> = {}): FallbackEvidence => ({
  server: 'srv',
  client: 'cli',
  clientCounters: counters(client),
  serverCounters: counters(server),
  serverListensMptcp: true,
  serverLimits: { subflows: 0, addAddrAccepted: 0 },
  clientLimits: { subflows: 2, addAddrAccepted: 0 },
  ...more,
})

describe('the connection, counters as measured', () => {
  test.each([
    ['stripped from SYN', 'MPCapableSYNTX+1 MPCapableFallbackSYNACK+1', '', "cli's SYN did not reach srv"],
    [
      'stripped from SYN/ACK',
      'MPCapableSYNTX+1 MPCapableFallbackSYNACK+1',
      'MPCapableSYNRX+1 MPCapableFallbackACK+1',
      "srv's SYN/ACK did not reach cli",
    ],
    [
      'stripped after the handshake',
      'MPCapableSYNTX+1 MPCapableSYNACKRX+1 MPCapableDataFallback+1',
      'MPCapableSYNRX+1 MPCapableFallbackACK+1',
      'from cli to srv are removed after the handshake',
    ],
    ['SYN dropped', 'MPCapableSYNTX+1 MPCapableSYNTXDrop+1 Blackhole+1', '', 'SYNs with the MPTCP option'],
    ['blackhole remembered', 'MPCapableSYNTXDisabled+1', '', 'write net.mptcp.blackhole_timeout again on cli'],
    ['client is not wrapped', '', '', 'curl on cli opened plain TCP'],
  ])('%s', (_name, client, server, text) => {
    expect(diagnose(evidence(client, server), 'connection')).toEqual([expect.stringContaining(text)])
  })

  test('a server that listens with plain TCP is not taken for a middlebox', () => {
    const plain = evidence('MPCapableSYNTX+1 MPCapableFallbackSYNACK+1', '', { serverListensMptcp: false })
    expect(diagnose(plain, 'connection')).toEqual([expect.stringContaining('srv listens with plain TCP')])
  })
})

describe('further subflows, counters as measured', () => {
  const client = 'MPCapableSYNTX+1 MPCapableSYNACKRX+1'
  const server = 'MPCapableSYNRX+1 MPCapableACKRX+1'
  test.each([
    ['add_addr_accepted 0', 'AddAddr+1 EchoAddTx+1', 'AddAddrTx+1 EchoAdd+1', 'add_addr_accepted 0, subflows 2'],
    ['userspace path manager', 'AddAddr+3 AddAddrDrop+3', 'AddAddrTx+3', 'userspace path manager'],
    [
      "server's limit",
      'AddAddr+1 MPJoinSynAckRx+1 MPJoinSynTx+1 MPRstTx+1',
      'AddAddrTx+1 MPJoinSynRx+1 MPJoinRejected+1',
      'its subflow limit is 0',
    ],
    ['nothing announced', '', '', 'srv announced no further address'],
    ['join dropped', 'AddAddr+1 MPJoinSynTx+1', 'AddAddrTx+1', "cli's SYN for a further subflow did not reach"],
    ['join option stripped', 'MPJoinSynTx+1 MPRstTx+1', '', 'the join option'],
    ['address gone', 'MPJoinSynTx+1 MPJoinSynTxBindErr+1 MPJoinSynAckRx+1', '', 'could not bind'],
    ['device down', 'MPJoinSynTx+1 MPJoinSynTxConnectErr+1 MPJoinSynAckRx+1', '', 'found no route'],
  ])('%s', (_name, more, moreServer, text) => {
    const found = diagnose(evidence(`${client} ${more}`, `${server} ${moreServer}`), 'joins')
    expect(found).toEqual([expect.stringContaining(text)])
  })

  test('healthy: nothing to say', () => {
    const healthy = evidence(
      `${client} AddAddr+1 MPJoinSynTx+1 MPJoinSynAckRx+1`,
      `${server} AddAddrTx+1 MPJoinSynRx+1 MPJoinAckRx+1`,
    )
    expect([...diagnose(healthy, 'joins'), ...diagnose(healthy, 'connection')]).toEqual([])
  })

  test('counters that a kernel lacks are unknown: nothing to say', () => {
    const nothing = { ...evidence('', ''), clientCounters: {}, serverCounters: {} }
    expect([...diagnose(nothing, 'joins'), ...diagnose(nothing, 'connection')]).toEqual([])
  })
})

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
