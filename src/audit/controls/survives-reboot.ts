/** All that runs is what a boot brings: told from files, or proven by a boot that came after they last changed. */
import * as z from 'zod'
import type { Boot } from '../../facts/boot.ts'
import { boot } from '../../facts/boot.ts'
import { ENABLING_LINK, mptcpPersisted } from '../../facts/mptcp_persisted.ts'
import type { MptcpPersisted } from '../../facts/mptcp_persisted.ts'
import { nmProfiles } from '../../facts/nm_profile.ts'
import type { NmProfiles } from '../../facts/nm_profile.ts'
import { sysctl } from '../../facts/sysctl.ts'
import { sysctlPersisted } from '../../facts/sysctl_persisted.ts'
import type { SysctlPersisted } from '../../facts/sysctl_persisted.ts'
import type { Evidence } from '../../model/audit.ts'
import type { Fact } from '../../model/fact.ts'
import { RESTORE_SCRIPT_PATH, RESTORE_UNIT_PATH } from '../../mptcp/restore-script.ts'
import type { Control, Known, Surroundings, Verdict } from '../define.ts'
import { defineControl, fail, notApplicable, notTested, pass } from '../define.ts'
import { enabledPersistent } from './enabled-persistent.ts'
import { endpointsPersistent } from './endpoints-persistent.ts'
import { limitsPersistent } from './limits-persistent.ts'
import { restoreUnit } from './restore-unit.ts'
import { sysctlsPersistent } from './sysctls-persistent.ts'

/** What must be the same now and after a boot, and what brings it there, each judged by its own control. */
const PARTS: readonly Control[] = [
  enabledPersistent,
  sysctlsPersistent,
  limitsPersistent,
  endpointsPersistent,
  restoreUnit,
]

interface OwnFacts {
  running: Record<string, string>
  boot: Boot
  sysctls: SysctlPersisted
  restored: MptcpPersisted
  profiles: NmProfiles
}

const ENABLED = 'net.mptcp.enabled'

const OWN = { running: sysctl, boot, sysctls: sysctlPersisted, restored: mptcpPersisted, profiles: nmProfiles }

export const survivesReboot = defineControl({
  id: 'survives-reboot',
  title: 'What runs now is what a reboot brings back',
  rationale: 'A host that works until its next reboot fails on a day that nobody chose.',
  severity: 'high',
  nist: ['CP-10', 'CM-2', 'CM-6'],
  references: ['guide: Making Subflow Limits Persistent', 'guide: Enabling MPTCP'],
  params: z.strictObject({
    proven: z
      .boolean()
      .default(false)
      .describe('true: that files say so is not enough: not tested until the host has booted since they changed'),
  }),
  facts: (_, known): Record<string, Fact> => ({
    ...OWN,
    ...Object.fromEntries(PARTS.flatMap((part) => factsOf(part, known))),
  }),
  check: (want, have, around) => {
    const { sysctls, running, ...own } = have as unknown as OwnFacts
    if (running[ENABLED] !== '1') return notApplicable('MPTCP is not switched on: there is nothing to bring back')
    const parts = PARTS.map((part) => judge(part, have, around))
    const broken = parts.filter(({ status }) => status === 'fail')
    if (broken.length > 0) {
      const remedy = broken.find((one) => one.remedy !== undefined)?.remedy ?? null
      const said = broken.map(({ reason }) => reason).join('; ')
      return fail(said, remedy, ...broken.flatMap(({ evidence }) => evidence))
    }
    const open = parts.find(({ status }) => status === 'not-tested')
    if (open !== undefined) return notTested(open.reason, ...open.evidence)
    return proof(want.proven, { sysctls, ...own }, parts)
  },
})

function proof(
  required: boolean,
  { boot: { startedAt, changed }, ...files }: Omit<OwnFacts, 'running'>,
  parts: readonly Verdict[],
): Verdict {
  const derived = parts.flatMap(({ evidence }) => evidence).filter(({ kind }) => kind === 'persistent')
  const seen = bootFiles(files).flatMap((path): Evidence[] => {
    const at = changed[path]
    return at === undefined ? [] : [{ kind: 'reboot', fact: `boot/${path}`, value: isoTime(at), where: path }]
  })
  const booted: Evidence = { kind: 'reboot', fact: 'boot/startedAt', value: isoTime(startedAt) }
  // A file of which no time is known proves nothing.
  const later = bootFiles(files).filter((path) => !((changed[path] ?? Infinity) < startedAt))
  if (later.length === 0) return pass('proven: the host has booted since its files last changed', booted, ...seen)
  const said = `the host is not known to have booted since ${later.join(', ')} changed`
  return required ? notTested(said, booted, ...seen) : pass(`its files say so; ${said}`, ...derived)
}

/** Files that what runs now came from, as far as it came from files. */
function bootFiles({ sysctls, restored, profiles }: Omit<OwnFacts, 'boot' | 'running'>): string[] {
  const owned = Object.values(profiles).filter((one) => Number(one['connection.mptcp-flags'] ?? 0) !== 0)
  return [
    ...Object.keys(sysctls.files),
    ...(restored.unitEnabled ? [RESTORE_SCRIPT_PATH, RESTORE_UNIT_PATH, ENABLING_LINK] : []),
    ...owned.flatMap(({ filename }) => filename ?? []),
  ]
}

function factsOf(part: Control, known: Known): [string, Fact][] {
  const facts = part.facts({}, known) as Record<string, Fact>
  return Object.entries(facts).map(([name, fact]) => [`${part.id}/${name}`, fact])
}

function judge(part: Control, have: Readonly<Record<string, unknown>>, around: Surroundings<unknown>): Verdict {
  const own = factsOf(part, around).map(([name]) => [name.slice(part.id.length + 1), have[name]])
  return part.check({}, Object.fromEntries(own), { ...around, peers: [] })
}

function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}
