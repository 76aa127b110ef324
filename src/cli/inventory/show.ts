/** `inventory list`, `host` and `graph`. */
import { HOST_NAMES } from '../../inventory/connection-names.ts'
import { selectHosts } from '../../inventory/select.ts'
import { graphInventory } from '../../inventory/show-graph.ts'
import { yamlInventory } from '../../inventory/show-yaml.ts'
import { hostVars, listInventory } from '../../inventory/show.ts'
import type { Inventory } from '../../inventory/types.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { Host } from '../../model/host.ts'
import { renderDiagnostics } from '../../report/diagnostics.ts'
import { renderHostList } from '../../report/inventory.ts'
import { sanitize, sanitizeJson } from '../../report/sanitize.ts'
import { styleOf } from '../../report/style.ts'
import { renderYaml } from '../../report/yaml.ts'
import { didYouMean } from '../../text/closest.ts'
import type { Io } from '../io.ts'
import type { Limited, LimitedFlags } from './limited.ts'
import { readLimited } from './limited.ts'

type Flags = LimitedFlags & { output: string; yaml: boolean; vars: boolean }

/** Prints it; resolves to the exit code. Throws DiagnosticsError. */
export async function show(
  action: 'list' | 'host' | 'graph',
  name: string | null,
  flags: Flags,
  io: Io,
): Promise<number> {
  const limited = await readLimited(flags, io)
  const { inventory, hosts } = limited
  io.stderr.write(renderDiagnostics(limited.diagnostics, styleOf(io.stderr, io.env)))
  if (action === 'graph') io.stdout.write(graph(limited, name ?? 'all', flags.vars))
  else if (action === 'host') putData(hostVars(oneHost(limited, name ?? '')), flags.yaml, io)
  else if (flags.yaml) putData(yamlInventory(inventory, hosts), true, io)
  else if (flags.output === 'json') putData(listInventory(inventory, hosts), false, io)
  else io.stdout.write(renderHostList(hosts.map(rowOf), styleOf(io.stdout, io.env)))
  return EXIT.ok.code
}

/** JSON is laid out as Ansible does. */
function putData(value: unknown, asYaml: boolean, io: Io): void {
  const redacted = io.secrets.value(value)
  io.data.write(asYaml ? renderYaml(redacted) : `${sanitizeJson(JSON.stringify(redacted, null, 4))}\n`)
}

function rowOf({ name, groups, vars }: Host): { name: string; address: string; groups: string[] } {
  const address = HOST_NAMES.map((variable) => vars[variable]).findLast((value) => typeof value === 'string')
  return { name, address: address ?? name, groups: groups.filter((group) => group !== 'all') }
}

/** As Ansible, any pattern that means one host. */
function oneHost({ inventory, hosts }: Limited, pattern: string): Host {
  const selected = selectHosts(inventory, pattern, null)
  if (hasErrors(selected.diagnostics)) throw new DiagnosticsError(selected.diagnostics)
  const left = selected.hosts.filter((host) => hosts.includes(host) || !inventory.hosts.has(host.name))
  const [only] = left
  if (only !== undefined && left.length === 1) return only
  const summary = `"${pattern}" means ${left.length === 0 ? 'no host' : `${left.length} hosts`}`
  const hint = selected.hosts.length === left.length ? 'name one host' : 'name one host that --limit leaves'
  throw new DiagnosticsError([errorDiagnostic('unknown-host', summary, { hint })])
}

function graph({ inventory, hosts }: Limited, start: string, vars: boolean): string {
  if (!inventory.groups.has(start)) throw unknownGroup(inventory, start)
  const lines = graphInventory(inventory, { start, hosts, vars })
  return lines.map((line) => `${sanitize(line)}\n`).join('')
}

function unknownGroup(inventory: Inventory, name: string): DiagnosticsError {
  const hint = didYouMean(name, inventory.groups.keys())
  return new DiagnosticsError([errorDiagnostic('unknown-group', `no group is named "${name}"`, { hint })])
}
