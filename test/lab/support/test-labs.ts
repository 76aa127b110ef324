/** Where labs of tests lie, and how those are found whose test run was killed. */
import { randomBytes } from 'node:crypto'
import { labDown } from '../../../src/lab/down.ts'
import { labNames } from '../../../src/lab/list.ts'
import { labFolder } from '../../../src/lab/up.ts'

/** A folder for a lab that no other run of the tests uses. */
export function testLabFolder(): string {
  return labFolder(`test-${process.pid}-${randomBytes(3).toString('hex')}`)
}

/** Takes down what test runs left that were killed. */
export async function removeAbandoned(): Promise<void> {
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
