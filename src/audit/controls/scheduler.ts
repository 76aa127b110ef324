/** The packet scheduler is the one that the profile names. */
import * as z from 'zod'
import { settingControl } from '../setting.ts'

export const scheduler = settingControl(
  {
    id: 'scheduler',
    title: 'The packet scheduler is the one that the profile names',
    rationale: 'The scheduler decides which path carries what; another one changes throughput and failover unseen.',
    severity: 'medium',
    nist: ['CM-6', 'SC-5'],
    references: ['kernel: Documentation/networking/mptcp-sysctl.rst'],
  },
  { name: 'scheduler', wanted: z.string().default('default').describe('as net.mptcp.available_schedulers names it') },
)
