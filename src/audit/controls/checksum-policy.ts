/** Checksums of MPTCP's own are on or off as the profile asks. */
import * as z from 'zod'
import { settingControl } from '../setting.ts'

export const checksumPolicy = settingControl(
  {
    id: 'checksum-policy',
    title: 'Checksums of the data are on or off as the profile asks',
    rationale:
      'They reveal middleboxes that change data, and cost CPU; both ends compute them as soon as one end asks for it.',
    severity: 'low',
    nist: ['SC-8', 'SI-7'],
    references: ['RFC 8684 section 3.3', 'kernel: Documentation/networking/mptcp-sysctl.rst'],
  },
  { name: 'checksum_enabled', wanted: z.boolean().default(false).describe('true: they are on') },
)
