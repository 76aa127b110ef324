import { describe, expect, it } from 'vitest'
import { hopsFrom, jumpHosts, orderedBatches } from '../../src/engine/jump-order.ts'
import type { Target } from '../../src/model/host.ts'
import { target } from '../support/run-on.ts'

/** A host that is reached through these. */
function behind(name: string, ...jumps: Target[]): Target {
  const made = target(name)
  return { ...made, connection: { ...made.connection, jumps: jumps.map(({ connection }) => connection) } }
}

const names = (batches: readonly Target[][]): string[] =>
  batches.map((batch) => batch.map(({ host }) => host.name).join(' '))

const bastion = target('bastion')
const inner = behind('inner', bastion)
const [web1, web2, web3] = ['web1', 'web2', 'web3'].map((name) => behind(name, bastion, inner)) as [
  Target,
  Target,
  Target,
]

describe('the batches of a play', () => {
  it('are as serial has them where nobody jumps', () => {
    const hosts = ['a', 'b', 'c'].map(target)
    expect(names(orderedBatches(hosts, [{ count: 2 }]))).toEqual(['a b', 'c'])
    expect(names(orderedBatches([bastion, behind('far', target('elsewhere'))], []))).toEqual(['bastion far'])
  })

  it('have jump hosts last, each alone, the first of a chain after those behind it', () => {
    const hosts = [bastion, web1, inner, web2, web3]
    expect(names(orderedBatches(hosts, []))).toEqual(['web1 web2 web3', 'inner', 'bastion'])
    expect(names(orderedBatches(hosts, [{ count: 2 }]))).toEqual(['web1 web2', 'web3', 'inner', 'bastion'])
    expect(jumpHosts(hosts)).toEqual(
      new Map([
        ['bastion', 4],
        ['inner', 3],
      ]),
    )
  })

  it('tell servers apart by their ports', () => {
    const other = target('bastion')
    other.connection.port = 2222
    expect(names(orderedBatches([other, web1], []))).toEqual(['bastion web1'])
  })

  it('hold all hosts once, whatever leads where', () => {
    const [a, b] = [target('a'), target('b')]
    const round = [behind('a', b), behind('b', a), behind('c', a)]
    expect(names(orderedBatches(round, [])).toSorted()).toEqual(['a', 'b', 'c'])
    expect(names(orderedBatches([behind('a', a)], []))).toEqual(['a'])
  })
})

describe('the places to which a jump host must get', () => {
  const places = (targets: Target[], all: Target[]): Record<string, string[]> =>
    Object.fromEntries([...hopsFrom(targets, all)].map(([name, hops]) => [name, hops.map(({ address }) => address)]))

  it('are the next ones on the way to each host, also to those that have no part in the play', () => {
    const far = behind('far', bastion)
    expect(places([bastion, inner], [bastion, inner, web1, web2, far])).toEqual({
      bastion: ['inner', 'far'],
      inner: ['web1', 'web2'],
    })
  })

  it('are none where nobody jumps over it', () => {
    expect(places([web1], [bastion, web1, web2])).toEqual({})
    expect(places([target('a')], [target('a'), target('b')])).toEqual({})
  })
})
