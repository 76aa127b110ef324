/** YAML files that configure an inventory plugin (`plugin: NAME`): which of them are read, and what to do about the others. */
import { extname } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import type { YamlEntry, YamlMap, YamlNode } from '../text/yaml-node.ts'
import { CONSTRUCTED_NAMES, readConstructed } from './constructed-file.ts'
import type { Draft } from './draft.ts'
import type { Reader } from './read.ts'

/** Oracle's plugin; and how its files are named, though others may be too. */
const OCI = 'oracle.oci.oci'
const OCI_FILE = /\.oci\.ya?ml$/

/** A plugin's file: the whole of it, and the plugin's name in it. */
export interface PluginFile {
  map: YamlMap
  name: YamlEntry
}

/** Null where the file names no plugin. */
export function pluginOf(root: YamlNode | null): PluginFile | null {
  const name = root?.kind === 'map' ? root.entries.get('plugin') : undefined
  if (root?.kind !== 'map' || name === undefined) return null
  return name.node.kind === 'scalar' && !name.node.value ? null : { map: root, name }
}

/** Adds what the plugin makes of the file to the draft; what is wrong goes into the reader's diagnostics. */
export async function readPlugin(plugin: PluginFile, path: string, draft: Draft, reader: Reader): Promise<void> {
  const { node } = plugin.name
  const name = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : ''
  if (!['.yml', '.yaml'].includes(extname(path))) {
    const summary = 'as in Ansible, a file that configures an inventory plugin must be named *.yml or *.yaml'
    reader.diagnostics.push(refused(plugin, summary, 'rename it'))
  } else if (CONSTRUCTED_NAMES.includes(name)) await readConstructed(plugin.map, draft, reader)
  else if (name === OCI) {
    const { readOci } = await import('./oci/inventory.ts')
    await readOci(plugin.map, draft, reader)
  } else reader.diagnostics.push(foreign(name, plugin, path))
}

function foreign(name: string, plugin: PluginFile, path: string): Diagnostic {
  if (name === '')
    return refused(plugin, 'plugin: expected the name of an inventory plugin', 'no group can have this name')
  if (OCI_FILE.test(path)) return refused(plugin, `the plugin "${name}" is not that of an OCI inventory`, OCI_HINT)
  const near = didYouMean(name, [...CONSTRUCTED_NAMES, OCI])
  const summary = `the inventory plugin "${name}" is not part of this program${near === '' ? '' : `, ${near}`}`
  return refused(plugin, summary, `let Ansible run it, and give what it writes instead: ${exportCommand(path)}`)
}

const OCI_HINT = `write: "plugin: ${OCI}"`

/** An OCI inventory by its name that does not say that it is one; null for any other file. */
export function notOci(root: YamlNode | null, path: string): Diagnostic | null {
  if (root === null || !OCI_FILE.test(path)) return null
  const source = { ...root.source, line: 1, column: 1 }
  return errorDiagnostic('inventory-plugin', 'a file named *.oci.yml must name its plugin', { source, hint: OCI_HINT })
}

function refused({ name }: PluginFile, summary: string, hint: string): Diagnostic {
  return errorDiagnostic('inventory-plugin', summary, { source: name.node.source, hint })
}

/** What turns an inventory that only Ansible reads into one that is read here. */
export function exportCommand(path: string): string {
  return `ansible-inventory -i ${path} --list > hosts.json`
}
