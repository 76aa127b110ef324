/** Sets net.mptcp.* by name, now and at boot. */
import * as z from 'zod'
import { fileFact } from '../facts/file.ts'
import { identity } from '../facts/identity.ts'
import { kernel } from '../facts/kernel.ts'
import { mptcpDropIns } from '../facts/mptcp_dropins.ts'
import { sysctl } from '../facts/sysctl.ts'
import { sysctlPersisted } from '../facts/sysctl_persisted.ts'
import { kernelValue, settingLines } from '../mptcp/sysctl-names.ts'
import { defineModule } from './define.ts'
import { SYSCTL_FILE } from './lib/sysctl-file.ts'
import { planSysctlPersist, SYSCTL_FOLDER } from './lib/sysctl-persist.ts'
import { planSysctlRunning } from './lib/sysctl-running.ts'
import { finishPlan, mergePlans } from './lib/steps.ts'
import { wrappedProblems } from './lib/wrapped.ts'

const values = z
  .record(z.string(), z.union([z.boolean(), z.int(), z.string()]))
  .superRefine((settings, context) => {
    if (Object.keys(settings).length === 0) context.addIssue({ code: 'custom', message: 'names no setting' })
    for (const [name, value] of Object.entries(settings)) {
      const checked = kernelValue(name, value)
      if ('fault' in checked) context.addIssue({ code: 'custom', path: [name], message: checked.fault })
    }
    const { pm_type: type, path_manager: manager } = settings
    if (type !== undefined && manager !== undefined && (String(type) === '1') !== (manager === 'userspace')) {
      context.addIssue({ code: 'custom', path: ['pm_type'], message: 'contradicts path_manager; they are one setting' })
    }
  })
  .describe(
    `settings below net.mptcp, each with its value; in brackets the Linux version that brought it\n${settingLines()}`,
  )

export const mptcpSysctl = defineModule({
  name: 'mptcp_sysctl',
  summary: 'Set kernel settings below net.mptcp, now and at boot.',
  description:
    `Sets them in the running kernel, and for the next boot in ${SYSCTL_FILE}, by the rules of mptcp_enabled. Types and ` +
    "ranges are those of the kernel's documentation (mptcp-sysctl.rst). A setting that this kernel lacks is refused " +
    'with the version that brought it; kernels before 6.15 (UEK8) have pm_type in place of path_manager. Path managers ' +
    'and schedulers are checked against what the host offers.',
  example: `- name: checksums are on, and a subflow that is silent counts as stale later
  mptcp_sysctl:
    values:
      checksum_enabled: true
      stale_loss_cnt: 8
`,
  params: z.strictObject({
    values,
    persist: z.boolean().default(true).describe(`also at boot, by ${SYSCTL_FILE}`),
  }),
  facts: (want) => ({
    identity,
    kernel,
    sysctl,
    persisted: sysctlPersisted,
    file: fileFact(SYSCTL_FILE),
    folder: fileFact(SYSCTL_FOLDER),
    ...(switchesOff(want.values) ? { dropIns: mptcpDropIns } : {}),
  }),
  plan: (want, have) => {
    const wished = Object.fromEntries(
      Object.entries(want.values).flatMap(([name, value]) => {
        const checked = kernelValue(name, value)
        return 'value' in checked ? [[`net.mptcp.${name}`, checked.value]] : []
      }),
    )
    const running = planSysctlRunning(wished, have.sysctl, have.kernel.release)
    running.problems.push(...wrappedProblems(have.dropIns ?? {}))
    const persisted = want.persist
      ? planSysctlPersist(wished, { ...have, names: Object.keys(have.sysctl) })
      : { changes: [] }
    return finishPlan(have.identity, mergePlans(persisted, running))
  },
})

function switchesOff(settings: Readonly<Record<string, boolean | number | string>>): boolean {
  const enabled = settings['enabled']
  return enabled !== undefined && String(Number(enabled)) === '0'
}
