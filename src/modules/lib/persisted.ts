/** Plans the restore script and its unit, which bring limits and endpoints back at boot. */
import { isDeepStrictEqual } from 'node:util'
import type { Identity } from '../../facts/identity.ts'
import type { MptcpPersisted } from '../../facts/mptcp_persisted.ts'
import { ENABLING_LINK, persistedWith } from '../../facts/mptcp_persisted.ts'
import type { PlanResult, Step } from '../../model/change.ts'
import type { PersistedModel } from '../../mptcp/restore-script.ts'
import type { PersistedEndpoint } from '../../mptcp/restore-script.ts'
import {
  isEmptyModel,
  isPersistable,
  RESTORE_SCRIPT_PATH,
  RESTORE_UNIT,
  RESTORE_UNIT_PATH,
} from '../../mptcp/restore-script.ts'
import { lasting, makeFolder, removeFolder, run } from './steps.ts'

type Part = NonNullable<MptcpPersisted['script']>

/**
 * Makes the host restore `model` at boot: script, unit, and the link that enables it; nothing of them where the model
 * is empty. The steps do only what differs from `have`, so that several such changes of one run follow each other.
 */
export function planPersisted(have: MptcpPersisted, model: PersistedModel, identity: Identity): PlanResult {
  const odd = Object.values(model.endpoints).find((endpoint) => !isPersistable(endpoint))
  if (odd !== undefined) return { changes: [], problems: [oddName(odd)] }
  const want = persistedWith(have, model)
  const script = !isDeepStrictEqual(have.script, want.script)
  const unit = !isDeepStrictEqual(have.unit, want.unit)
  if (!script && !unit && have.unitEnabled === want.unitEnabled) return { changes: [] }
  if (have.badLines.length > 0) return { changes: [], problems: [editedScript(have)] }
  const reload = unit && identity.systemd ? [lasting(run('systemctl', 'daemon-reload'))] : []
  const enable =
    have.unitEnabled === want.unitEnabled ? [] : [lasting(run('systemctl', 'enable', RESTORE_UNIT), ENABLING_LINK)]
  const disable =
    have.unitEnabled === want.unitEnabled ? [] : [lasting(run('systemctl', 'disable', RESTORE_UNIT), ENABLING_LINK)]
  // Where the unit was not written yet systemctl would not disable it.
  const unlink = enable.length === 0 ? [] : [lasting(run('rm', '-f', ENABLING_LINK))]
  const files = (to: MptcpPersisted): Step[] => [
    ...(script ? [place(to.script, RESTORE_SCRIPT_PATH)] : []),
    ...(unit ? [place(to.unit, RESTORE_UNIT_PATH)] : []),
  ]
  const made = Object.keys(want.directories).filter((path) => have.directories[path] !== true)
  const empty = isEmptyModel(model)
  const folder = RESTORE_SCRIPT_PATH.slice(0, RESTORE_SCRIPT_PATH.lastIndexOf('/'))
  return {
    changes: [
      {
        fact: 'mptcp_persisted',
        before: have,
        after: want,
        summary: empty ? 'restore no limits or endpoints at boot any more' : `restore at boot: ${describe(model)}`,
        apply: empty
          ? [...disable, ...files(want), ...reload, ...(script ? [removeFolder(folder)] : [])]
          : [...made.map(makeFolder), ...files(want), ...reload, ...enable],
        undo: empty
          ? [...(script ? [makeFolder(folder)] : []), ...files(have), ...reload, ...enable]
          : [...unlink, ...files(have), ...reload, ...made.toReversed().map(removeFolder)],
        disruptive: false,
      },
    ],
  }
}

function place(file: Part | null, path: string): Step {
  if (file === null) return { kind: 'remove', path }
  return { kind: 'write', path, bytes: file.content, mode: file.mode, owner: file.owner, group: file.group }
}

function describe(model: PersistedModel): string {
  const { subflows, addAddrAccepted } = model.limits
  const parts = [
    ...(subflows === null ? [] : [`subflows ${subflows}`]),
    ...(addAddrAccepted === null ? [] : [`add_addr_accepted ${addAddrAccepted}`]),
    ...Object.keys(model.endpoints).map((key) => `endpoint ${key}`),
  ]
  return parts.join(', ')
}

function oddName({ address, dev }: PersistedEndpoint): { code: string; summary: string; hint: string } {
  return {
    code: 'odd-card-name',
    summary: `endpoint ${address} cannot be restored at boot: its card is named ${JSON.stringify(dev)}`,
    hint: 'give the card a name of letters, digits and . @ % + - _, or set persist: false',
  }
}

function editedScript(have: MptcpPersisted): { code: string; summary: string; detail: string; hint: string } {
  return {
    code: 'restore-script-edited',
    summary: `${RESTORE_SCRIPT_PATH} has lines that this tool did not write, so it is not overwritten`,
    detail: have.badLines.map(({ line, text }) => `line ${line}: ${text}`).join('\n'),
    hint: `remove these lines, or ${RESTORE_SCRIPT_PATH} as a whole, and run again`,
  }
}
