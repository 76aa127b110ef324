/** Reads profiles and waivers from disk. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Control } from '../../audit/define.ts'
import { controls } from '../../audit/registry.ts'
import type { Profile, ProfileFile } from '../../audit/profile.ts'
import { assembleProfile, parseProfileFile } from '../../audit/profile.ts'
import type { Waiver } from '../../audit/waivers.ts'
import { parseWaivers } from '../../audit/waivers.ts'
import type { AuditFiles } from '../../engine/audit/task.ts'
import { readBounded } from '../../inventory/read.ts'
import { packageRoot } from '../../lab/package-root.ts'
import type { Source } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { didYouMean } from '../../text/closest.ts'
import { decodeText, unreadableFile } from '../../text/file.ts'
import { locateIn } from '../../text/validate.ts'
import { parseYaml } from '../../text/yaml.ts'
import type { YamlNode } from '../../text/yaml-node.ts'
import type { Io } from '../io.ts'
import { loadPast } from './audit-past.ts'
import type { Loaded } from './load.ts'
import type { VaultFlags } from './vault-passwords.ts'

/** For the tasks `audit` of playbooks. Throws DiagnosticsError. */
export async function auditFiles({ inventory }: Loaded, flags: VaultFlags, io: Io): Promise<AuditFiles> {
  return {
    profile: (name, folders) => loadProfile(fileIn(folders, name, io.cwd), io.cwd, controls).profile,
    waivers: (name, folders, profile) => loadWaivers([fileIn(folders, name, io.cwd)], io.cwd, profile),
    past: await loadPast(inventory, flags, io),
  }
}

/** The file in the first folder that has it, as it is called from `cwd`; the name as it is where none has. */
function fileIn(folders: readonly string[], name: string, cwd: string): string {
  if ((PROFILES as readonly string[]).includes(name)) return name
  const folder = folders.find((one) => existsSync(resolve(one, name)))
  if (folder === undefined) return name
  const path = relative(cwd, resolve(folder, name))
  return /[./]/.test(path) ? path : `./${path}`
}

/** Those that come with the product. */
export const PROFILES = ['baseline', 'server', 'client'] as const

/** A chain of profiles that is longer than this goes in a circle. */
const MOST_EXTENDED = 16

/** The profile of this name, or of this file, and the hash of all files it is made of. Throws DiagnosticsError. */
export function loadProfile(
  name: string,
  cwd: string,
  registry: ReadonlyMap<string, Control>,
): { profile: Profile; hash: string } {
  const hash = createHash('sha256')
  const first = readProfile(name, cwd, hash)
  const files: [ProfileFile, ...ProfileFile[]] = [first.file]
  for (let { file, folder } = first; file.content.extends !== undefined;) {
    const source = locateIn(file.node)(['extends'], 'value')
    if (files.length > MOST_EXTENDED) {
      throw wrong(`the profile ${name} extends itself`, 'look at extends: of each file', source)
    }
    ;({ file, folder } = readProfile(file.content.extends, folder, hash, source))
    files.push(file)
  }
  const made = assembleProfile(files, registry)
  if ('diagnostics' in made) throw new DiagnosticsError(made.diagnostics)
  if (made.profile.controls.length === 0) throw wrong(`the profile ${name} has no controls`, 'list some', null)
  return { profile: made.profile, hash: hash.digest('hex') }
}

function readProfile(
  name: string,
  folder: string,
  hash: ReturnType<typeof createHash>,
  source: Source | null = null,
): { file: ProfileFile; folder: string } {
  const isShipped = (PROFILES as readonly string[]).includes(name)
  if (!isShipped && !/[./]/.test(name)) {
    const hint = didYouMean(name, PROFILES) || `there are ${PROFILES.join(', ')}; a file's name ends in .yml`
    throw wrong(`there is no profile "${name}"`, hint, source)
  }
  const path = isShipped ? join(packageRoot(), 'src', 'audit', 'profiles', `${name}.yml`) : resolve(folder, name)
  const { node, bytes } = readTree(path, name, 'see the shipped profiles')
  hash.update(`${bytes.length}\0`).update(bytes)
  const file = parseProfileFile(node)
  if ('diagnostics' in file) throw new DiagnosticsError(file.diagnostics)
  return { file, folder: dirname(path) }
}

/** Of controls that there are, and of the profile's own. Throws DiagnosticsError. */
export function loadWaivers(files: readonly string[], cwd: string, profile: Profile | null): Waiver[] {
  const own = profile?.controls.map(({ control }) => control.id) ?? []
  const known = [...new Set([...controls.keys(), ...own])]
  return files.flatMap((name) => {
    const parsed = parseWaivers(
      readTree(resolve(cwd, name), name, 'where nothing is waived, write: waivers: []').node,
      known,
    )
    if ('diagnostics' in parsed) throw new DiagnosticsError(parsed.diagnostics)
    return parsed.waivers
  })
}

/** `name`: how messages call the file; `empty`: what to do where it is. */
function readTree(path: string, name: string, empty: string): { node: YamlNode; bytes: Buffer } {
  let bytes: Buffer
  try {
    bytes = readBounded(path)
  } catch (error) {
    throw new DiagnosticsError([unreadableFile(error, name)])
  }
  const decoded = decodeText(bytes, name)
  if ('diagnostic' in decoded) throw new DiagnosticsError([decoded.diagnostic])
  const { node, diagnostics } = parseYaml(decoded.text, name)
  if (diagnostics.length > 0) throw new DiagnosticsError(diagnostics)
  if (node === null) throw wrong('the file is empty', empty, { file: name, line: 1, column: 1 })
  return { node, bytes }
}

function wrong(summary: string, hint: string, source: Source | null): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('profile', summary, { hint, source })])
}
