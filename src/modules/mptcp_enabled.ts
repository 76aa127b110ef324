/** Switches MPTCP on or off in the running kernel and at boot. */
import * as z from 'zod'
import { fileFact } from '../facts/file.ts'
import { identity } from '../facts/identity.ts'
import { mptcpDropIns } from '../facts/mptcp_dropins.ts'
import { sysctl } from '../facts/sysctl.ts'
import { sysctlPersisted } from '../facts/sysctl_persisted.ts'
import type { PlanResult } from '../model/change.ts'
import { defineModule } from './define.ts'
import { SYSCTL_FILE } from './lib/sysctl-file.ts'
import { planSysctlPersist, SYSCTL_FOLDER } from './lib/sysctl-persist.ts'
import { runningChange } from './lib/sysctl-running.ts'
import { mergePlans, finishPlan } from './lib/steps.ts'
import { wrappedProblems } from './lib/wrapped.ts'

const NAME = 'net.mptcp.enabled'

export const mptcpEnabled = defineModule({
  name: 'mptcp_enabled',
  summary: 'Switch MPTCP on or off, now and at boot.',
  description:
    `Sets ${NAME} in the running kernel, and for the next boot in ${SYSCTL_FILE}. A value that another file already ` +
    'sets at boot is left to that file. A later line in /etc that would override the drop-in is commented out; one ' +
    'below /usr or /run is reported instead. Switching off closes nothing: existing connections go on, and programs ' +
    'that ask for MPTCP explicitly get an error; so it is refused while mptcp_service has a unit use MPTCP.',
  example: `- name: MPTCP is on, also after a reboot
  mptcp_enabled:
    state: enabled
`,
  params: z.strictObject({
    state: z.enum(['enabled', 'disabled']).default('enabled').describe('whether new MPTCP sockets can be opened'),
    persist: z
      .boolean()
      .default(true)
      .describe(`also at boot; false with state disabled leaves no line of this tool in ${SYSCTL_FILE}`),
  }),
  facts: (want) => ({
    identity,
    sysctl,
    persisted: sysctlPersisted,
    file: fileFact(SYSCTL_FILE),
    folder: fileFact(SYSCTL_FOLDER),
    ...(want.state === 'disabled' ? { dropIns: mptcpDropIns } : {}),
  }),
  plan: (want, have) => {
    const value = want.state === 'enabled' ? '1' : '0'
    const running = have.sysctl[NAME]
    if (running === undefined) return { changes: [], problems: [missing] }
    const atBoot = want.persist ? value : null
    const persisted: PlanResult =
      want.persist || want.state === 'disabled'
        ? planSysctlPersist({ [NAME]: atBoot }, { ...have, names: Object.keys(have.sysctl) })
        : { changes: [] }
    const changes = running === value ? [] : [runningChange(NAME, running, value)]
    const problems = wrappedProblems(have.dropIns ?? {})
    return finishPlan(have.identity, mergePlans(persisted, { changes, problems }))
  },
})

const missing = {
  code: 'mptcp-not-built',
  summary: `this kernel has no ${NAME}: it was built without MPTCP`,
  hint: 'mptcp_available tells what is missing',
}
