/** One lab per test file: booted before its first test, taken down after its last. */
import { afterAll, beforeAll } from 'vitest'
import type { Lab } from '../../../src/lab/lab.ts'
import type { Topology } from '../../../src/lab/topology.ts'
import { labUp } from '../../../src/lab/up.ts'
import { removeAbandoned, testLabFolder } from './test-labs.ts'

/** Boots a lab for the file that calls it at its top level; the returned function gives the lab inside tests. */
export function withLab(topology: string | Topology): () => Lab {
  let lab: Lab | undefined
  beforeAll(async () => {
    await removeAbandoned()
    lab = await labUp({ topology, dir: testLabFolder() })
  })
  afterAll(async () => lab?.down())
  return () => {
    if (lab === undefined) throw new Error('the lab is there only inside tests and hooks')
    return lab
  }
}

/** System A and System B, stock. */
export function withPairLab(): () => Lab {
  return withLab('pair')
}
