// Finds and reads topology files: the built-in ones by name, others by path.
import { readFile, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DiagnosticsError } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import { decodeText, unreadableFile } from '../text/file.ts'
import { labError } from './fail.ts'
import { packageRoot } from './package-root.ts'
import { parseTopology } from './topology-parse.ts'
import type { Topology } from './topology.ts'

/** Folder of the built-in topologies; the build copies no YAML, so dist/ reads them from the sources as well. */
const builtInFolder = (): string => join(packageRoot(), 'src', 'lab', 'topologies')

/** Names of the built-in topologies. */
export async function builtInTopologies(): Promise<string[]> {
  return (await readdir(builtInFolder())).map((file) => basename(file, '.yml')).sort()
}

/** Loads a built-in topology by its name, or a file by its path. Throws DiagnosticsError with positions. */
export async function loadTopology(nameOrPath: string): Promise<Topology> {
  const names = await builtInTopologies()
  const isPath = nameOrPath.includes('/') || /\.ya?ml$/.test(nameOrPath)
  if (!isPath && !names.includes(nameOrPath)) {
    throw labError('unknown-topology', `there is no topology "${nameOrPath}"`, {
      hint: didYouMean(nameOrPath, names) || `name one of ${names.join(', ')}, or a YAML file`,
    })
  }
  const file = isPath ? nameOrPath : join(builtInFolder(), `${nameOrPath}.yml`)
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new DiagnosticsError([unreadableFile(error, file)])
  })
  const decoded = decodeText(bytes, file)
  if ('diagnostic' in decoded) throw new DiagnosticsError([decoded.diagnostic])
  return parseTopology(decoded.text, file)
}
