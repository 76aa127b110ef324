/** Has a systemd unit use MPTCP although its program does not ask for it, by a drop-in of its own. */
import * as z from 'zod'
import { identity } from '../facts/identity.ts'
import { listeners } from '../facts/listeners.ts'
import type { MptcpDropIns } from '../facts/mptcp_dropins.ts'
import { DROP_IN, mptcpDropIns } from '../facts/mptcp_dropins.ts'
import { serviceFact } from '../facts/service.ts'
import { sshConnection } from '../facts/ssh_connection.ts'
import { sysctl } from '../facts/sysctl.ts'
import { wrapLibrary } from '../facts/wrap_library.ts'
import type { PlanResult } from '../model/change.ts'
import { defineModule } from './define.ts'
import { planService, removeDropIn } from './lib/service-plan.ts'
import type { ReachFacts } from './lib/service-reach.ts'
import { finishPlan } from './lib/steps.ts'

const ALL = '*'

const params = z
  .strictObject({
    unit: z
      .string()
      .regex(/^(?:\*|[\w:.\\@-]+\.(?:service|socket))$/, {
        error: 'a unit is named with its ending, such as nginx.service',
      })
      .describe(`the unit, with its ending; '${ALL}' with state disabled: every unit that this module opted in`),
    state: z.enum(['enabled', 'disabled']).default('enabled').describe('whether the unit is made to use MPTCP'),
    method: z
      .enum(['preload', 'go', 'socket'])
      .default('preload')
      .describe(
        'preload: libmptcpwrap for programs that use the C library; go: GODEBUG for Go 1.21 or newer; socket: for ' +
          'socket units, systemd 257 or newer',
      ),
  })
  .refine(({ unit, state }) => unit !== ALL || state === 'disabled', {
    error: `'${ALL}' goes only with state: disabled`,
    path: ['unit'],
  })
  .refine(({ unit, state, method }) => state === 'disabled' || unit.endsWith('.socket') === (method === 'socket'), {
    error: 'socket is the method of socket units, and the only one that they have',
    path: ['method'],
  })

export const mptcpService = defineModule({
  name: 'mptcp_service',
  summary: 'Have a service use MPTCP although its program does not ask for it, or no longer.',
  description:
    `Writes ${DROP_IN} as a drop-in of the unit and restarts the unit where it runs; the vendor's unit file is left ` +
    'alone, and LD_PRELOAD or GODEBUG that the unit sets itself is kept. It is so when the drop-in is right, nothing ' +
    'waits for a daemon-reload, and the main process has it in its environment. Preloading does nothing to static and ' +
    'setuid programs. A restart of the unit that SSH comes in by is marked. Until it is confirmed the drop-in stands below ' +
    '/run, in the place where it hides the lasting one.',
  example: `- hosts: system-b
  become: true
  tasks:
    - name: the web server speaks MPTCP
      mptcp_service:
        unit: nginx.service

    - name: so does a server in Go
      mptcp_service:
        unit: caddy.service
        method: go

    - name: and a port that systemd opens for a service
      mptcp_service:
        unit: cockpit.socket
        method: socket
`,
  params,
  facts: (want) => ({
    identity,
    sysctl,
    ...(want.unit === ALL ? { dropIns: mptcpDropIns } : {}),
    ...(want.unit === ALL ? {} : { service: serviceFact(want.unit) }),
    listeners,
    ssh: sshConnection,
    ...(want.state === 'enabled' && want.method === 'preload' ? { library: wrapLibrary } : {}),
  }),
  plan: (want, have) => {
    const { service, dropIns } = have
    const method = want.state === 'disabled' ? null : want.method
    if (service !== undefined) return finishPlan(have.identity, planService(want.unit, method, { ...have, service }))
    return finishPlan(have.identity, planAll(dropIns ?? {}, have))
  },
})

/** Every unit that has a drop-in of this module is opted out. */
function planAll(dropIns: MptcpDropIns, have: ReachFacts): PlanResult {
  return { changes: Object.entries(dropIns).map(([unit, dropIn]) => removeDropIn(unit, dropIn, have)) }
}
