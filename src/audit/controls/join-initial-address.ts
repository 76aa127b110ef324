/** Peers may join the address and port of the first subflow, or not, as the profile asks. */
import * as z from 'zod'
import { settingControl } from '../setting.ts'

export const joinInitialAddress = settingControl(
  {
    id: 'join-initial-address',
    title: 'Joins to the first address and port are allowed or refused as the profile asks',
    rationale:
      'Behind a balancer a join to the first address may reach another machine, so it is to be refused there; elsewhere it is to be allowed.',
    severity: 'medium',
    nist: ['CM-6', 'SC-7'],
    references: ['RFC 8684 section 3.1, flag C', 'kernel: Documentation/networking/mptcp-sysctl.rst'],
  },
  {
    name: 'allow_join_initial_addr_port',
    wanted: z.boolean().default(true).describe('false on servers behind a balancer'),
  },
)
