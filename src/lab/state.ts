// state.json in the lab's folder: written before anything else is made, removed after everything else is gone.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { labError } from './fail.ts'
import { topologySchema } from './topology.ts'

const stateSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  phase: z.enum(['starting', 'up', 'stopping']),
  /** Stamp of the process that is at work on the lab while it is not up. */
  controller: z.string(),
  topology: topologySchema.extend({ name: z.string() }),
  /** Numbers of the hosts' management networks, in the order of the topology's hosts. */
  slots: z.array(z.number()),
  image: z.string(),
  startedAt: z.string(),
  /** Folders and mounts of this machine that only labs brought into being. */
  ours: z.array(z.string()),
})

export type LabState = z.infer<typeof stateSchema>

/** The file by which a lab is found. */
export function stateFile(dir: string): string {
  return join(dir, 'state.json')
}

/** The lab's state, or null where there is no lab in the folder. */
export async function loadState(dir: string): Promise<LabState | null> {
  const text = await readFile(stateFile(dir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  try {
    return stateSchema.parse(JSON.parse(text))
  } catch {
    throw labError('lab-state-unreadable', `${stateFile(dir)} is not a state that this version wrote`, {
      hint: 'run "mptcp-fleet lab down": it clears the lab away without it',
    })
  }
}

/** Writes the state whole or not at all. */
export async function saveState(dir: string, state: LabState): Promise<void> {
  const file = stateFile(dir)
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`)
  await rename(`${file}.new`, file)
}
