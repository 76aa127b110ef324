/** One lab per test file: booted before its first test, taken down after its last. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { labDown } from '../../../src/lab/down.ts'
import type { Lab } from '../../../src/lab/lab.ts'
import { labNames } from '../../../src/lab/list.ts'
import type { Topology } from '../../../src/lab/topology.ts'
import { labFolder, labUp } from '../../../src/lab/up.ts'

/** A folder for a lab that no other run of the tests uses. */
export function testLabFolder(): string {
  return labFolder(`test-${process.pid}-${randomBytes(3).toString('hex')}`)
}

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

/** Takes down what test runs left that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of await labNames(process.cwd())) {
    const pid = /^test-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !runs(Number(pid))) await labDown(labFolder(name))
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
