// Tells one process from a later one that got the same number.
import { readFile } from 'node:fs/promises'

/** The process's number and its start time (clock ticks since boot): together they are never used twice. */
export async function processStamp(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may hold spaces and brackets; the 22nd field (proc(5)) is the 20th after the last bracket.
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return `${pid} ${start}`
}

/** Whether the process of this stamp still runs. */
export async function isAlive(stamp: string): Promise<boolean> {
  const now = await processStamp(Number.parseInt(stamp, 10)).catch(() => null)
  return now === stamp
}
