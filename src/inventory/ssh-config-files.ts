/** OpenSSH's configuration files, read once per process: 5,000 hosts share what is in them. */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseSshConfig } from '../text/ssh-config-parse.ts'
import type { SshConfigFile, SshConfigSource } from '../text/ssh-config-types.ts'
import { expandTilde, TokenError } from '../text/ssh-config-tokens.ts'
import type { SshLocal } from '../text/ssh-config-tokens.ts'
import { readBounded } from './read.ts'
import { globPaths } from './ssh-config-glob.ts'

/** `/etc/ssh`. */
export interface SshConfigPlaces extends SshLocal {
  systemFolder: string
}

/**
 * The files that `ssh` would read: those of the user and of the system; with `-F FILE` that one alone, with `-F none` no
 * file. What is read is kept by the object that is returned.
 */
export function createSshConfigFiles(local: SshConfigPlaces): (configFile: string | null) => SshConfigSource {
  const files = new Map<string, SshConfigFile | null>()
  const includes = new Map<string, SshConfigFile[] | string>()
  const sources = new Map<string | null, SshConfigSource>()

  const read = (file: string, ofUser: boolean, checked: boolean): SshConfigFile | null => {
    const key = `${file}\0${ofUser}\0${checked}`
    const known = files.get(key)
    if (known !== undefined) return known
    const loaded = loadFile(file, ofUser, checked ? local.uid : null)
    files.set(key, loaded)
    return loaded
  }

  const findIncluded = (path: string, ofUser: boolean): SshConfigFile[] | string => {
    if (path.startsWith('~') && !ofUser) return 'a file of the system may not begin with ~'
    const folder = ofUser ? join(local.home, '.ssh') : local.systemFolder
    const found = globPaths(resolve(folder, tildeOf(path, local)))
    return found.map((file) => read(file, ofUser, true) ?? { file, ofUser, directives: [], problem: UNREADABLE })
  }

  const include: SshConfigSource['include'] = (path, ofUser) => {
    const key = `${path}\0${ofUser}`
    const known = includes.get(key) ?? findIncluded(path, ofUser)
    includes.set(key, known)
    return known
  }

  const filesOf = (configFile: string | null): SshConfigFile[] => {
    if (configFile === null) {
      const user = read(join(local.home, '.ssh/config'), true, true)
      const system = read(join(local.systemFolder, 'ssh_config'), false, false)
      return [user, system].filter((file) => file !== null)
    }
    if (configFile.toLowerCase() === 'none') return []
    const file = resolve(local.cwd, configFile)
    return [read(file, true, false) ?? { file, ofUser: true, directives: [], problem: UNREADABLE }]
  }

  return (configFile) => {
    const known = sources.get(configFile) ?? { files: filesOf(configFile), include }
    sources.set(configFile, known)
    return known
  }
}

const UNREADABLE = 'this configuration of ssh cannot be read'

/** Null for a file that is absent or unreadable. `owner`: besides root, the user whose file it must be; null: not checked. */
function loadFile(file: string, ofUser: boolean, owner: number | null): SshConfigFile | null {
  try {
    const { uid, mode } = statSync(file)
    const text = readBounded(file).toString('utf8')
    // Whoever can write it can say where we connect to.
    const problem =
      owner !== null && ((uid !== 0 && uid !== owner) || (mode & 0o022) !== 0)
        ? 'bad owner or permissions: it must be yours or root’s, and others may not write it'
        : null
    return { file, ofUser, directives: parseSshConfig(text, file), problem }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return { file, ofUser, directives: [], problem: null }
    return null
  }
}

function tildeOf(path: string, local: SshLocal): string {
  try {
    return expandTilde(path, local)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return path
  }
}
