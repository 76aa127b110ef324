import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProofEvidence } from '../../src/mptcp/proof-evidence.ts'
import { prove } from '../../src/mptcp/proof.ts'
import { parseMptcpConnections, parseTcpSockets } from '../../src/mptcp/ss.ts'
import type { Sample } from '../../src/mptcp/subflow-tally.ts'

const MB = 1_000_000

/** Bytes that the first and second subflow had received; flags of the second; null: it is not there. */
function sample(first: number, second: number | null, more: { flags?: string; connection?: string } = {}): Sample {
  const { flags = 'Jjec', connection = 'remote_key token:2a' } = more
  const sockets = [
    `ESTAB 0 0 10.1.0.1:1000 10.1.0.2:80 bytes_received:${first} flags:Mmec token:0000(id:0)/0000002a(id:0)`,
    second === null
      ? ''
      : `ESTAB 0 0 10.2.0.1%eth1:1001 10.2.0.2:80 bytes_received:${second} flags:${flags} token:7(id:1)/2a(id:1)`,
  ]
  return {
    connections: parseMptcpConnections(`ESTAB 0 0 10.1.0.1:1000 10.1.0.2:80 ${connection}`),
    sockets: parseTcpSockets(sockets.join('\n')),
  }
}

const evidence = (change: Partial<ProofEvidence> = {}): ProofEvidence => ({
  server: 'a',
  client: 'b',
  minSubflows: 2,
  minShare: 0.1,
  paths: [
    { clientAddress: '10.1.0.1', clientDevice: 'eth0', serverAddress: '10.1.0.2', serverDevice: 'ens0' },
    { clientAddress: '10.2.0.1', clientDevice: 'eth1', serverAddress: '10.2.0.2', serverDevice: 'ens1' },
  ],
  serverDevices: { '10.1.0.2': 'ens0', '10.2.0.2': 'ens1' },
  clientDevices: { '10.1.0.1': 'eth0', '10.2.0.1': 'eth1' },
  samples: [sample(1 * MB, 1 * MB), sample(9 * MB, 9 * MB)],
  serverBytes: { ens0: { rx: 50_000, tx: 9 * MB }, ens1: { rx: 50_000, tx: 9 * MB } },
  clientBytes: { eth0: { rx: 9 * MB, tx: 50_000 }, eth1: { rx: 9 * MB, tx: 50_000 } },
  serverRoutes: [],
  clientRoutes: [],
  checksumOk: true,
  ...change,
})

const codes = (change: Partial<ProofEvidence>): string[] => prove(evidence(change)).failures.map(({ code }) => code)

/** The second subflow between the same two addresses as the first. */
function twice(bytes: number): Sample {
  const { connections, sockets } = sample(bytes, bytes)
  for (const { local, peer } of sockets) {
    local.address = '10.1.0.1'
    peer.address = '10.1.0.2'
  }
  return { connections, sockets }
}

/** The second subflow belongs to another connection. */
function foreign(bytes: number): Sample {
  const { connections, sockets } = sample(bytes, bytes)
  for (const { local, mptcp } of sockets) if (local.port === 1001) mptcp!.localToken = 43
  return { connections, sockets }
}

describe('a healthy transfer', () => {
  test('is proven, with devices, bytes and shares', () => {
    expect(prove(evidence())).toEqual({
      failures: [],
      subflows: [
        {
          clientAddress: '10.1.0.1',
          clientDevice: 'eth0',
          serverAddress: '10.1.0.2',
          serverDevice: 'ens0',
          backup: false,
          bytes: 9 * MB,
          share: 0.5,
        },
        {
          clientAddress: '10.2.0.1',
          clientDevice: 'eth1',
          serverAddress: '10.2.0.2',
          serverDevice: 'ens1',
          backup: false,
          bytes: 9 * MB,
          share: 0.5,
        },
      ],
    })
  })

  test('may have samples from before the connection and after it', () => {
    const none = { connections: [], sockets: [] }
    const closing = {
      connections: parseMptcpConnections('FIN-WAIT-2 0 0 10.1.0.1:1000 10.1.0.2:80 fallback token:2a'),
      sockets: parseTcpSockets('FIN-WAIT-2 0 0 10.1.0.1:1000 10.1.0.2:80 bytes_received:9000000'),
    }
    const { samples } = evidence()
    expect(codes({ samples: [none, ...samples, closing, none] })).toEqual([])
  })

  test('may have a backup that carries nothing', () => {
    const samples = [sample(MB, 0, { flags: 'Jjbec' }), sample(9 * MB, 210, { flags: 'Jjbec' })]
    const idle = { rx: 300, tx: 300 }
    expect(
      codes({
        samples,
        serverBytes: { ...evidence().serverBytes, ens1: idle },
        clientBytes: { ...evidence().clientBytes, eth1: idle },
      }),
    ).toEqual([])
  })

  test('may have subflows beyond those wanted that idle', () => {
    const samples = [sample(MB, 0), sample(9 * MB, 0)]
    expect(codes({ minSubflows: 1, samples, clientBytes: { eth0: { rx: 9 * MB, tx: 50_000 } } })).toEqual([])
  })
})

describe('each condition fails with its own reason', () => {
  test('fallback', () => {
    const fell = { connection: 'fallback token:2a' }
    expect(codes({ samples: [sample(MB, null, fell), sample(2 * MB, null, fell)] })).toEqual(['fell-back'])
  })

  test('fallback in mid-transfer', () => {
    const { samples } = evidence()
    expect(codes({ samples: [...samples, sample(9 * MB, null, { connection: 'fallback token:2a' })] })).toEqual([
      'fell-back',
    ])
  })

  test('no MPTCP', () => {
    const plain = {
      connections: [],
      sockets: parseTcpSockets('ESTAB 0 0 10.1.0.1:1000 10.1.0.2:80 bytes_received:9000000'),
    }
    expect(codes({ samples: [plain, plain] })).toEqual(['no-mptcp'])
  })

  test('too few samples', () => {
    expect(codes({ samples: [] })).toEqual(['too-fast'])
    expect(codes({ samples: [sample(MB, MB)] })).toEqual(['too-fast'])
  })

  test('a subflow that only the last sample shows', () => {
    expect(codes({ samples: [sample(MB, null), sample(2 * MB, 3 * MB)] })).toEqual(['too-fast'])
  })

  test('one subflow', () => {
    expect(codes({ samples: [sample(MB, null), sample(2 * MB, null)] })).toEqual(['too-few-subflows'])
  })

  test('a join that is not fully established', () => {
    const { samples } = { samples: [sample(MB, MB, { flags: 'j' }), sample(2 * MB, 2 * MB, { flags: 'j' })] }
    expect(codes({ samples })).toEqual(['too-few-subflows'])
  })

  test('a subflow of another connection', () => {
    expect(codes({ samples: [foreign(MB), foreign(9 * MB)] })).toEqual(['too-few-subflows'])
  })

  test('two subflows on the same pair of addresses', () => {
    expect(codes({ samples: [twice(MB), twice(9 * MB)] })).toEqual(['too-few-subflows'])
  })

  test('no growth', () => {
    expect(codes({ samples: [sample(MB, 5 * MB), sample(9 * MB, 5 * MB)] })).toEqual(['no-growth'])
  })

  test('a small share', () => {
    const small = [sample(MB, 10_000), sample(9 * MB, 500_000)]
    expect(codes({ samples: small })).toEqual(['small-share'])
    expect(codes({ samples: small, minShare: 0.05 })).toEqual([])
  })

  test.each(['serverBytes', 'clientBytes'] as const)('one direction of a device in %s', (end) => {
    const [device] = Object.keys(evidence()[end]).slice(-1)
    for (const way of ['rx', 'tx'] as const) {
      const growth = { ...evidence()[end], [device!]: { ...evidence()[end][device!]!, [way]: 420 } }
      expect(codes({ [end]: growth })).toEqual(['one-sided'])
    }
  })

  test('one-sided names the route that takes another device', () => {
    const { failures } = prove(
      evidence({
        clientBytes: { ...evidence().clientBytes, eth1: { rx: 9 * MB, tx: 0 } },
        clientRoutes: [{ src: '10.2.0.1', dst: '10.1.0.2', dev: 'eth0' }],
      }),
    )
    expect(failures[0]?.reason).toBe(
      'hardly anything left through eth1 on b: 0 bytes sent, although its subflows carried 9000000; the route from ' +
        '10.2.0.1 to 10.1.0.2 leaves by eth0 (give the endpoint its dev, or add an ip rule from 10.2.0.1)',
    )
  })

  test('counters that are missing, and a device that is not known', () => {
    expect(codes({ serverBytes: { ens0: { rx: 50_000, tx: 9 * MB } } })).toEqual(['counters-missing'])
    expect(codes({ paths: [], serverDevices: { '10.1.0.2': 'ens0' } })).toEqual(['counters-missing'])
  })

  test('checksum', () => {
    expect(codes({ checksumOk: false })).toEqual(['checksum'])
  })
})

test('a pass always has enough subflows above the share or in reserve', () => {
  const bytes = integer({ min: 0, max: 100 * MB })
  const flags = constantFrom('Jjec', 'Jjbec', 'jc')
  assert(
    property(bytes, bytes, bytes, bytes, flags, (a, b, c, d, flag) => {
      const proof = prove(evidence({ samples: [sample(a, b, { flags: flag }), sample(a + c, b + d, { flags: flag })] }))
      if (proof.failures.length > 0) return
      expect(proof.subflows.filter((s) => s.backup || s.share >= 0.1).length).toBeGreaterThanOrEqual(2)
    }),
  )
})
