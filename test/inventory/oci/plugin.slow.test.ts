/**
 * What Oracle's own plugin answered is what we answer: test/cases/oci/plugin.json holds what ansible-core 2.14 with
 * oracle.oci 5.5.0 on Oracle's Python SDK 2.182.1 made of the tenancy of manifold.ts, served by the server of these tests.
 * Left out: values that are null, and the variable that the plugin names after each instance.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groupsOf, readYaml, varsOf } from './fixture.ts'
import { manifold } from './manifold.ts'
import { startOci } from './server.ts'

interface Recorded {
  yaml: string
  /** Hosts by group; null where the plugin refuses. */
  groups: Record<string, string[]> | null
  /** Variables by host; null where they are those of another case. */
  vars: Record<string, Record<string, unknown>> | null
  /** Why we answer otherwise, and whether we refuse. */
  differs?: { why: string; refused: boolean }
}

const path = join(import.meta.dirname, '../../cases/oci/plugin.json')
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded[]

test.each(recorded)('$yaml', async ({ yaml, groups, vars, differs }) => {
  const read = await readYaml(await startOci(manifold()), yaml)
  const isRefused = read.diagnostics.some((each) => each.severity === 'error')
  expect(isRefused).toBe(differs?.refused ?? groups === null)
  if (groups === null || differs !== undefined) return
  const names = [...read.draft.hosts.keys()]
  const ours = Object.fromEntries(
    [...read.draft.groups.values()]
      .filter((group) => group.hosts.size > 0)
      .map((group) => [group.name, [...group.hosts].toSorted()]),
  )
  expect(ours).toEqual(groups)
  for (const name of vars === null ? [] : names) {
    const own = withoutNulls(varsOf(read, name)) as Record<string, unknown>
    delete own['vnics']
    expect(own).toEqual(vars?.[name])
    expect(groupsOf(read, name)).toContain('all_hosts')
  }
})

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, item]) => item !== null)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]))
}
