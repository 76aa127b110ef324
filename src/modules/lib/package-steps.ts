/** Changes that install or remove one package, by apt-get or dnf. */
import type { Change, Step } from '../../model/change.ts'
import { UNKNOWN } from '../../model/change.ts'
import { lasting, runFor } from './steps.ts'

export type Manager = 'dnf' | 'apt'

/** Seconds: a slow mirror may take minutes. */
const INSTALL_TIMEOUT = 300

/** Where distributions put mptcpize. */
const MPTCPIZE = '/usr/bin/mptcpize'

/** Installs a package that is absent. Its version is known only afterwards. */
export function installChange(manager: Manager, name: string): Change {
  return {
    fact: `packages/${name}`,
    before: null,
    after: UNKNOWN,
    effects: { 'tools/paths/mptcpize': MPTCPIZE, 'tools/versions/mptcpize': null, wrap_library: UNKNOWN },
    summary: `install package ${name} with ${manager === 'apt' ? 'apt-get' : 'dnf'}`,
    apply: installSteps(manager, name),
    undo: removeSteps(manager, name),
    disruptive: false,
  }
}

/** Removes a package that is installed in `version`. */
export function removeChange(manager: Manager, name: string, version: string): Change {
  return {
    fact: `packages/${name}`,
    before: version,
    after: null,
    effects: { 'tools/paths/mptcpize': null, 'tools/versions/mptcpize': null, wrap_library: null },
    summary: `remove package ${name} ${version}`,
    apply: removeSteps(manager, name),
    undo: installSteps(manager, name),
    disruptive: false,
  }
}

/** apt-get needs package lists; a source that cannot be reached leaves the old ones in use and is no failure of update. */
function installSteps(manager: Manager, name: string): Step[] {
  if (manager === 'dnf') return [lasting(runFor(INSTALL_TIMEOUT, 'dnf', '-y', '-q', 'install', name))]
  return [apt('update', '-q'), apt('install', '-y', '-q', '--no-install-recommends', name)]
}

function removeSteps(manager: Manager, name: string): Step[] {
  if (manager === 'dnf') {
    const options = ['-y', '-q', 'remove', '--setopt=clean_requirements_on_remove=False']
    return [lasting(runFor(INSTALL_TIMEOUT, 'dnf', ...options, name))]
  }
  return [apt('remove', '-y', '-q', name)]
}

/** Asks nothing, and keeps configuration files that somebody changed. */
function apt(...words: string[]): Step {
  const options = ['-o', 'Dpkg::Options::=--force-confold', '-o', 'DPkg::Lock::Timeout=120']
  return lasting(runFor(INSTALL_TIMEOUT, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...options, ...words))
}
