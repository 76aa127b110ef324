/** `inventory list|host|graph`: hosts, groups and variables as they were read; no host is connected to. */
import type { Inventory } from '../../inventory/types.ts'
import { DiagnosticsError, errorDiagnostic, hasErrors } from '../../model/diagnostic.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { Host } from '../../model/host.ts'
import type { FlagValues } from '../command.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import { connectionFlags, showFlags } from '../flags.ts'
import type { Io } from '../io.ts'

const flags = { inventory: connectionFlags.inventory, limit: connectionFlags.limit, ...showFlags } as const

export const command = defineCommand({
  usage: 'inventory list | host NAME | graph [GROUP]',
  summary: 'Show hosts, groups and variables as they were read. Passwords are never shown.',
  description: [
    'list --output json prints what ansible-inventory --list prints, host NAME what --host does, and graph the tree of',
    'groups. -l leaves only the hosts of a pattern.',
  ].join('\n'),
  examples: [
    'inventory list -i hosts.yml',
    'inventory list -i hosts.yml --output json',
    'inventory host web1 -i hosts.yml',
  ],
  flags,
  args: { min: 1, max: 2 },
  run: async ({ args: [verb = '', name], flags }, io) => {
    const verbs = { list, host, graph }
    if (!Object.hasOwn(verbs, verb))
      throw usageError(`inventory ${verb}: no such action`, 'inventory list, host or graph')
    if (verb === 'host' && name === undefined) throw usageError('inventory host needs the name of a host')
    if (verb === 'list' && name !== undefined) {
      throw usageError('inventory list takes no further argument', `choose hosts with --limit ${name}`)
    }
    const { readInventory } = await import('../run/load.ts')
    const { renderDiagnostics } = await import('../../report/diagnostics.ts')
    const { styleOf } = await import('../../report/style.ts')
    const inventory = await readInventory(flags.inventory, [], io)
    io.stderr.write(renderDiagnostics(inventory.diagnostics, styleOf(io.stderr, io.env)))
    const hosts = await limited(inventory, flags.limit)
    await verbs[verb as keyof typeof verbs](inventory, hosts, name ?? null, flags, io)
    return EXIT.ok.code
  },
})

async function limited(inventory: Inventory, limit: string | null): Promise<Host[]> {
  if (limit === null) return [...inventory.hosts.values()]
  const { limitHosts } = await import('../../inventory/select.ts')
  const { hosts, diagnostics } = limitHosts(inventory, limit)
  const none = errorDiagnostic('no-hosts', 'no host is selected', { hint: 'check --limit' })
  if (hasErrors(diagnostics) || hosts.length === 0) {
    throw new DiagnosticsError(hasErrors(diagnostics) ? diagnostics : [...diagnostics, none])
  }
  return hosts
}

type Show = (
  inventory: Inventory,
  hosts: readonly Host[],
  name: string | null,
  flags: FlagValues<typeof showFlags>,
  io: Io,
) => Promise<unknown>

const list: Show = async (inventory, hosts, _name, flags, io) => {
  const { listInventory } = await import('../../inventory/show.ts')
  if (flags.output === 'json') return await json(listInventory(inventory, hosts), io)
  const { renderHostList } = await import('../../report/inventory.ts')
  const { styleOf } = await import('../../report/style.ts')
  const { HOST_NAMES } = await import('../../inventory/connection-names.ts')
  const rows = hosts.map(({ name, groups, vars }) => {
    const address = HOST_NAMES.map((variable) => vars[variable]).findLast((value) => typeof value === 'string')
    return { name, address: address ?? name, groups: groups.filter((group) => group !== 'all') }
  })
  return io.stdout.write(renderHostList(rows, styleOf(io.stdout, io.env)))
}

const host: Show = async (inventory, hosts, name, _flags, io) => {
  const { hostVars } = await import('../../inventory/show.ts')
  const { didYouMean } = await import('../../text/closest.ts')
  const found = hosts.find((one) => one.name === name)
  if (found !== undefined) return await json(hostVars(found), io)
  const hint = didYouMean(name ?? '', inventory.hosts.keys()) || 'mptcp-fleet inventory list shows them'
  throw new DiagnosticsError([errorDiagnostic('unknown-host', `no host is named "${name}"`, { hint })])
}

const graph: Show = async (inventory, hosts, name, _flags, io) => {
  const { graphInventory } = await import('../../inventory/show.ts')
  const { sanitize } = await import('../../report/sanitize.ts')
  const { didYouMean } = await import('../../text/closest.ts')
  const start = name ?? 'all'
  if (!inventory.groups.has(start)) {
    const hint = didYouMean(start, inventory.groups.keys())
    throw new DiagnosticsError([errorDiagnostic('unknown-group', `no group is named "${start}"`, { hint })])
  }
  const lines = graphInventory(inventory, start, hosts).map((line) => `${sanitize(line)}\n`)
  return io.stdout.write(lines.join(''))
}

/** Laid out as Ansible does. */
async function json(value: unknown, io: Io): Promise<void> {
  const { sanitizeJson } = await import('../../report/sanitize.ts')
  io.data.write(`${sanitizeJson(JSON.stringify(io.secrets.value(value), null, 4))}\n`)
}
