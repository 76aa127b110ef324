/** Keeps a profile of NetworkManager: there and up, with static or automatic addresses and MPTCP flags. */
import * as z from 'zod'
import { addresses } from '../facts/addresses.ts'
import { identity } from '../facts/identity.ts'
import { links } from '../facts/links.ts'
import { endpoints } from '../facts/mptcp_endpoints.ts'
import { mptcpPersisted } from '../facts/mptcp_persisted.ts'
import { nm } from '../facts/nm.ts'
import { nmKeyfileFact } from '../facts/nm_keyfile.ts'
import { nmProfiles } from '../facts/nm_profile.ts'
import { routing } from '../facts/routing.ts'
import { sshConnection } from '../facts/ssh_connection.ts'
import { sysctl } from '../facts/sysctl.ts'
import { defineModule } from './define.ts'
import { familyParams, flagsParam } from './lib/nm-params.ts'
import { planAbsent, planDown, planPresent } from './lib/nm-plan.ts'
import { managerProblem } from './lib/nm-problems.ts'
import { locate } from './lib/nm-target.ts'
import { planUp } from './lib/nm-up.ts'
import { finishPlan } from './lib/steps.ts'

export const nmConnection = defineModule({
  name: 'nm_connection',
  summary: 'Keep a NetworkManager profile: there, up, with its addresses, gateway and MPTCP flags.',
  description:
    'Settings that are not given stay as they are. A profile that is missing is made, for an Ethernet card named by ' +
    'ifname. state up activates it where it is not active, where settings changed, and where the card does not have its ' +
    'static addresses; changed MPTCP flags alone are set on the card without taking it down. What changes is tried in ' +
    'memory first and then saved, as it is in memory; where the card does not get its static addresses, since another host ' +
    'has one, nothing is saved, and what the card had before is brought up again. NetworkManager starts the profile used last at the next boot. Undo restores the settings and brings up the profile that was active before. ' +
    'What follows an activation by DHCP or router advertisement is known after apply. A change on the card that carries ' +
    'SSH is marked. mptcp_flags as words (signal, subflow, backup, fullmesh) also hold without the sysctl and without a ' +
    'default route on the card, which NetworkManager would ask for otherwise.',
  example: `- hosts: system-a
  become: true
  tasks:
    - name: eth0 has its address and a gateway, now and at boot
      nm_connection:
        name: eth0
        ifname: eth0
        ipv4:
          method: manual
          addresses: 192.0.2.10/24
          gateway: 192.0.2.1

    - name: subflows are opened from wlan0, as a backup
      nm_connection:
        name: wlan0
        mptcp_flags: [subflow, backup]
`,
  params: z.strictObject({
    name: z
      .string()
      .regex(/^[^/\p{Cc}]+$/u, { error: 'a name without slashes and control characters' })
      .describe("name of the profile (nmcli's connection.id); often, not always, that of its card"),
    state: z
      .enum(['up', 'down', 'present', 'absent'])
      .default('up')
      .describe('up: there and active; present: there, active or not; down: there and not active now; absent: deleted'),
    ifname: z
      .string()
      .regex(/^[^\s/]{1,15}$/, { error: 'not a name of a network card' })
      .optional()
      .describe('card that the profile is for; needed where the profile is to be made'),
    ipv4: familyParams(4).optional().describe('IPv4 settings'),
    ipv6: familyParams(6).optional().describe('IPv6 settings'),
    mptcp_flags: flagsParam
      .optional()
      .describe(
        'endpoints that NetworkManager makes of the addresses: signal, subflow, backup, fullmesh in a list; disabled; default; or a number',
      ),
  }),
  facts: (want) => ({
    identity,
    links,
    addresses,
    routing,
    endpoints,
    persisted: mptcpPersisted,
    sysctl,
    nm,
    nmProfiles,
    ssh: sshConnection,
    keyfile: nmKeyfileFact(want.name),
  }),
  plan: (want, have) => {
    const problem = managerProblem(have.nm, want.mptcp_flags !== undefined)
    if (problem !== null) return { changes: [], problems: [problem] }
    const target = locate(want, have)
    if ('problem' in target) return { changes: [], problems: [target.problem] }
    const planners = { up: planUp, present: planPresent, down: planDown, absent: planAbsent }
    return finishPlan(have.identity, planners[want.state](target, have))
  },
})
