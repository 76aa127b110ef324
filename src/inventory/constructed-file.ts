/** Inventory files of the plugin `constructed`: what they make of the hosts that earlier files named. */
import { dirname } from 'node:path'
import { hasErrors } from '../model/diagnostic.ts'
import type { YamlMap } from '../text/yaml-node.ts'
import { applyConstructed } from './constructed.ts'
import { flag, unknownKeys } from './constructed-fields.ts'
import { CONSTRUCTED_KEYS, parseConstructed } from './constructed-options.ts'
import type { FileVars } from './constructed-vars.ts'
import { draftVarsOf } from './constructed-vars.ts'
import type { Draft } from './draft.ts'
import type { Reader } from './read.ts'
import { readVarsLayer } from './vars-files.ts'

export const CONSTRUCTED_NAMES = ['constructed', 'ansible.builtin.constructed']

/** Adds what the file says to the draft; what is wrong goes into the reader's diagnostics. */
export async function readConstructed(map: YamlMap, draft: Draft, reader: Reader): Promise<void> {
  const found = unknownKeys(map, ['plugin', ...CONSTRUCTED_KEYS, 'use_vars_plugins'], '')
  const options = parseConstructed(map, found)
  const withFiles = flag(map, 'use_vars_plugins', false, found)
  if (!hasErrors(found)) {
    const files = withFiles ? await readFileVars(draft, reader) : { groups: [], hosts: [] }
    found.push(...applyConstructed(draft, draft.hosts.keys(), options, draftVarsOf(draft, files)))
  }
  reader.diagnostics.push(...found)
}

/** group_vars/ and host_vars/ beside the files read so far. They are read again at the end, which says what is wrong with them. */
async function readFileVars(draft: Draft, reader: Reader): Promise<FileVars> {
  const said = reader.diagnostics.length
  const folders = new Set(draft.files.map((file) => dirname(file)))
  const groups = await readVarsLayer(folders, 'group_vars', [...draft.groups.keys()], reader)
  const hosts = await readVarsLayer(folders, 'host_vars', [...draft.hosts.keys()], reader)
  reader.diagnostics.splice(said)
  return { groups, hosts }
}
