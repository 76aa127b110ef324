// Topology text to a value, with every mistake at its place in the file. Pure.
import { basename, extname } from 'node:path'
import { DiagnosticsError, errorDiagnostic, hasErrors, type Diagnostic, type Source } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import { locateIn, validateNode, type Locate } from '../text/validate.ts'
import { parseYaml } from '../text/yaml.ts'
import { expandTopology, machinesOf } from './expand.ts'
import { topologySchema, type Topology, type TopologySpec } from './topology.ts'

/** Parses a topology. `file` stands in diagnostics, and its base name names the topology. Throws DiagnosticsError. */
export function parseTopology(text: string, file: string): Topology {
  const { node, diagnostics } = parseYaml(text, file)
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics)
  if (node === null) throw noHosts({ file, line: 1, column: 1 })
  const checked = validateNode(topologySchema, node, '')
  if ('diagnostics' in checked) throw new DiagnosticsError(checked.diagnostics)
  if (Object.keys(checked.value.hosts).length === 0) throw noHosts(locateIn(node)(['hosts'], 'key'))
  const problems = checkReferences(checked.value, locateIn(node))
  if (problems.length > 0) throw new DiagnosticsError(problems)
  return expandTopology(basename(file, extname(file)), checked.value)
}

function noHosts(source: Source | null): DiagnosticsError {
  const hint = 'name one, as in hosts: {system-a: {}}'
  return new DiagnosticsError([errorDiagnostic('topology-empty', 'the topology names no hosts', { source, hint })])
}

/** Hosts that links and middleboxes name but nobody declares, and cards that two links of one host share. */
function checkReferences(spec: TopologySpec, locate: Locate): Diagnostic[] {
  const known = Object.keys(spec.hosts)
  const problems: Diagnostic[] = []
  const checkHost = (host: string, path: PropertyKey[], of: 'key' | 'value'): void => {
    if (known.includes(host)) return
    const hint = didYouMean(host, known) || `the hosts are ${known.join(', ')}`
    problems.push(errorDiagnostic('unknown-host', `there is no host ${host}`, { hint, source: locate(path, of) }))
  }
  const machines = new Set<string>()
  for (const [host, { count }] of Object.entries(spec.hosts)) {
    for (const machine of machinesOf(host, count)) {
      if (machines.has(machine)) {
        const summary = `two hosts are named ${machine}`
        problems.push(errorDiagnostic('duplicate-host', summary, { source: locate(['hosts', host], 'key') }))
      }
      machines.add(machine)
    }
  }
  const cards = new Set<string>()
  for (const [name, link] of Object.entries(spec.links)) {
    for (const [host, member] of Object.entries(link.hosts)) {
      const path = ['links', name, 'hosts', host]
      checkHost(host, path, 'key')
      const card = member.card ?? name
      if (cards.has(`${host} ${card}`)) {
        const summary = `${host} has two cards named ${card}`
        problems.push(errorDiagnostic('duplicate-card', summary, { source: locate(path, 'key') }))
      }
      cards.add(`${host} ${card}`)
    }
  }
  for (const [index, box] of spec.middleboxes.entries()) {
    if (box.host !== undefined) checkHost(box.host, ['middleboxes', index, 'host'], 'value')
  }
  return problems
}
