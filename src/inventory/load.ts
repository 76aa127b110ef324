/** Reads inventories from disk: every -i in turn, the variable files beside them, and puts it all together. */
import { stat } from 'node:fs/promises'
import { dirname, normalize, resolve } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { DiagnosticsError, hasErrors } from '../model/diagnostic.ts'
import type { Host } from '../model/host.ts'
import { Secret } from '../model/secret.ts'
import { inFileOrder } from '../text/diagnostics.ts'
import { secretsIn } from '../text/secrets.ts'
import type { Vault } from '../text/vault-values.ts'
import type { Draft, Variables } from './draft.ts'
import { newDraft } from './draft.ts'
import { confidentialTexts, textsOf } from './confidential.ts'
import { findBadPriorities, finishGroups, groupsOfHosts, reconcile } from './graph.ts'
import { findTreeProblems } from './group-walk.ts'
import { mergeGroupVars, mergeHostVars } from './merge.ts'
import type { IsIgnored } from './ignored.ts'
import type { Reader } from './read.ts'
import { newReader } from './read.ts'
import { readSource } from './source.ts'
import type { Inventory } from './types.ts'
import { readVarsLayer } from './vars-files.ts'

/**
 * Reads inventories in the order of -i; later ones win, host by host and variable by variable. Paths are relative to
 * `cwd`. `varsDirs` are further directories whose group_vars/ and host_vars/ count (those of the playbooks). `vault` opens
 * what ansible-vault encrypted; `env` is the environment of inventory scripts; `isIgnored` tells which
 * entries of directories are passed over. Throws DiagnosticsError with everything that is wrong; warnings are in the result.
 */
export async function loadInventory(
  paths: readonly string[],
  cwd: string,
  varsDirs: readonly string[] = [],
  vault?: Vault,
  env?: Record<string, string>,
  isIgnored?: IsIgnored,
): Promise<Inventory> {
  const reader = newReader(cwd, vault, env, isIgnored)
  const draft = newDraft()
  try {
    return await read(paths, draft, reader, varsDirs)
  } catch (error) {
    // What is said about it may quote what it holds.
    for (const [file, text] of reader.encrypted)
      for (const each of textsOf(text, file)) reader.vault.know(new Secret(each), file)
    for (const vars of [...draft.hosts.values(), ...[...draft.groups.values()].map((group) => group.vars)])
      for (const [name, { value }] of vars)
        for (const secret of secretsIn(value)) if (secret.sealed === null) reader.vault.know(secret, name)
    throw error
  }
}

async function read(
  paths: readonly string[],
  draft: Draft,
  reader: Reader,
  varsDirs: readonly string[],
): Promise<Inventory> {
  for (const path of paths) await readSource(path, draft, reader)
  reconcile(draft)
  reader.diagnostics.push(...findTreeProblems(draft), ...findBadPriorities(draft))
  if (hasErrors(reader.diagnostics)) throw new DiagnosticsError(inFileOrder(reader.diagnostics))
  return assemble(draft, reader, {
    inventory: lastOfEach((await Promise.all(paths.map(async (path) => await varsDir(path, reader.cwd)))).flat()),
    playbook: lastOfEach(varsDirs),
  })
}

async function assemble(
  draft: Draft,
  reader: Reader,
  dirs: { inventory: string[]; playbook: string[] },
): Promise<Inventory> {
  const groups = finishGroups(draft)
  const groupNames = [...groups.keys()]
  const hostNames = [...draft.hosts.keys()]
  const layers = {
    groupVars: new Map([...draft.groups].map(([name, group]) => [name, group.vars])),
    hostVars: draft.hosts,
    inventoryGroups: await readVarsLayer(dirs.inventory, 'group_vars', groupNames, reader),
    inventoryHosts: await readVarsLayer(dirs.inventory, 'host_vars', hostNames, reader),
    playbookGroups: await readVarsLayer(dirs.playbook, 'group_vars', groupNames, reader),
    playbookHosts: await readVarsLayer(dirs.playbook, 'host_vars', hostNames, reader),
  }
  if (hasErrors(reader.diagnostics)) throw new DiagnosticsError(inFileOrder(reader.diagnostics))
  const groupsOf = groupsOfHosts(groups)
  const merged = new Map(hostNames.map((name) => [name, mergeHostVars(name, groupsOf.get(name) ?? [], layers)]))
  const hosts = new Map<string, Host>()
  for (const [name, vars] of merged) {
    hosts.set(name, { name, groups: (groupsOf.get(name) ?? []).map((group) => group.name), vars: valuesOf(vars) })
  }
  return {
    hosts,
    groups,
    aliases: draft.aliases,
    foundIn: draft.foundIn,
    confidential: confidentialTexts(merged.values(), reader.encrypted),
    diagnostics: [...reader.diagnostics, ...sameNames([...hostNames, ...draft.aliases.keys()], groupNames)],
    hash: reader.digest(),
    originOf: (host, variable) => merged.get(host)?.get(variable)?.source ?? null,
    implicit: (name) => {
      const vars = mergeHostVars(name, [groups.get('all')!], layers)
      return { name, groups: [], vars: { ...valuesOf(vars), ansible_connection: 'local' } }
    },
    groupVars: (name) => valuesOf(mergeGroupVars(name, layers)),
  }
}

function valuesOf(vars: Variables): Record<string, unknown> {
  return Object.fromEntries([...vars].map(([name, variable]) => [name, variable.value]))
}

/** Where the group_vars/ and host_vars/ of an inventory lie: in a directory, beside a file; a list of names has none. */
async function varsDir(path: string, cwd: string): Promise<string[]> {
  const status = await stat(resolve(cwd, path)).catch(() => null)
  if (status === null && path.includes(',')) return []
  return [normalize(status?.isDirectory() === true ? path : dirname(path))]
}

/** Without repeats; what is named again counts where it is named last, as the later one wins. */
function lastOfEach(dirs: readonly string[]): string[] {
  return dirs.filter((dir, i) => !dirs.includes(dir, i + 1))
}

function sameNames(hosts: readonly string[], groups: readonly string[]): Diagnostic[] {
  const known = new Set(groups)
  return hosts
    .filter((name) => known.has(name))
    .map((name) => ({
      severity: 'warning',
      code: 'ambiguous-name',
      summary: `"${name}" is the name of a host and of a group; as a pattern it means the host`,
      detail: '',
      hint: 'rename one of them',
      source: null,
    }))
}
