import { FactUnreadable } from '../model/fact.ts'
import type { BadLine, PersistedEndpoint, PersistedModel } from '../mptcp/restore-script.ts'
import {
  isEmptyModel,
  parseRestoreScript,
  renderRestoreScript,
  renderRestoreUnit,
  RESTORE_SCRIPT_PATH,
  RESTORE_UNIT,
  RESTORE_UNIT_PATH,
} from '../mptcp/restore-script.ts'
import { shellJoin } from '../text/shell.ts'
import { defineFact } from './define.ts'
import type { FileBlock } from './read/file-block.ts'
import { BLOCK_FUNCTION, blockCall, parseBlocks } from './read/file-block.ts'

export type { PersistedEndpoint, PersistedModel }

/** What our restore script and unit will do at boot. Chained: several changes of it are written once, with the last. */
export interface MptcpPersisted extends PersistedModel {
  /** Lines of the script that do not parse: someone edited it; never overwritten. */
  badLines: BadLine[]
  /** The files as they stand on the disk; null where absent. */
  script: { path: string; content: string; mode: string; owner: string; group: string } | null
  unit: { path: string; content: string; mode: string; owner: string; group: string } | null
  unitEnabled: boolean
  /** Which of the directories above the script exist. */
  directories: Record<string, boolean>
}

/** The link that has systemd start the unit at boot. */
export const ENABLING_LINK = `/etc/systemd/system/multi-user.target.wants/${RESTORE_UNIT}`

const PARENT = '/usr/local/libexec'
const FOLDER = `${PARENT}/mptcp-fleet`
const DIRECTORIES = [PARENT, FOLDER]

/** What a host may have whose cards are not NetworkManager's. */
const EXAMPLE: PersistedModel = {
  limits: { subflows: 2, addAddrAccepted: 1 },
  endpoints: {
    '198.51.100.20': { address: '198.51.100.20', port: null, id: null, dev: 'wlan0', flags: ['signal'] },
    '198.51.100.20 port 8443': { address: '198.51.100.20', port: 8443, id: null, dev: 'wlan0', flags: ['signal'] },
  },
}

export const mptcpPersisted = defineFact<MptcpPersisted>({
  key: 'mptcp_persisted',
  summary: 'Limits and endpoints that the restore script of this tool brings back at boot.',
  chained: true,
  // A unit is enabled by a link in the wants folder: read there, it costs no process and works where systemd does not run.
  probe: `for d in ${shellJoin(DIRECTORIES)}; do [ -d "$d" ] && echo "directory $d"; done
[ -L ${FOLDER} ] && echo link
[ -L ${ENABLING_LINK} ] && echo enabled
${BLOCK_FUNCTION}
${blockCall(RESTORE_SCRIPT_PATH)}
${blockCall(RESTORE_UNIT_PATH)}`,
  parse: ({ stdout }) => {
    const at = stdout.search(/^@/m)
    const facts = (at < 0 ? stdout : stdout.slice(0, at)).split('\n')
    if (facts.includes('link'))
      throw new FactUnreadable(`${FOLDER} is a symbolic link`, 'remove it: it is not followed')
    const [script, unit] = parseBlocks(at < 0 ? '' : stdout.slice(at), [RESTORE_SCRIPT_PATH, RESTORE_UNIT_PATH])
    return {
      ...parseScript(script ?? null),
      script: plainFile(script ?? null, RESTORE_SCRIPT_PATH),
      unit: plainFile(unit ?? null, RESTORE_UNIT_PATH),
      unitEnabled: unit !== null && facts.includes('enabled'),
      directories: Object.fromEntries(DIRECTORIES.map((path) => [path, facts.includes(`directory ${path}`)])),
    }
  },
  example: [
    ...DIRECTORIES.map((path) => `directory ${path}`),
    'enabled',
    printedFile('755', renderRestoreScript(EXAMPLE)),
    printedFile('644', renderRestoreUnit()),
    '',
  ].join('\n'),
})

/** Files that are as this tool writes them are printed so; see read/file-block.ts. */
function printedFile(mode: string, content: string): string {
  const text = Buffer.from(content)
    .toString('base64')
    .replaceAll(/.{76}(?!$)/g, '$&\n')
  return `@file ${mode} root root 0 0 ${Buffer.byteLength(content)}\n${text}\n.`
}

/** The fact as it will be when script and unit are written for `model`, or removed where it is empty. */
export function persistedWith(have: MptcpPersisted, model: PersistedModel): MptcpPersisted {
  const empty = isEmptyModel(model)
  const root = { owner: 'root', group: 'root' }
  return {
    ...have,
    limits: model.limits,
    endpoints: model.endpoints,
    badLines: [],
    script: empty ? null : { path: RESTORE_SCRIPT_PATH, content: renderRestoreScript(model), mode: '0755', ...root },
    unit: empty ? null : { path: RESTORE_UNIT_PATH, content: renderRestoreUnit(), mode: '0644', ...root },
    unitEnabled: !empty,
    directories: empty ? { ...have.directories, [FOLDER]: false } : { [PARENT]: true, [FOLDER]: true },
  }
}

function parseScript(script: FileBlock | null): PersistedModel & { badLines: BadLine[] } {
  if (script === null) return { limits: { subflows: null, addAddrAccepted: null }, endpoints: {}, badLines: [] }
  return parseRestoreScript(script.content)
}

function plainFile(file: FileBlock | null, path: string): MptcpPersisted['script'] {
  if (file === null) return null
  if (file.kind !== 'file') {
    throw new FactUnreadable(`${path} is a ${file.kind === 'symlink' ? 'symlink' : 'folder or device'}`, 'move it away')
  }
  return { path, content: file.content, mode: file.mode, owner: file.owner, group: file.group }
}
