/** Units of packages use MPTCP by a drop-in, and not by files in their place. */
import * as z from 'zod'
import { unitFiles } from '../../facts/unit_files.ts'
import type { Evidence } from '../../model/audit.ts'
import { defineControl, fail, pass } from '../define.ts'

export const vendorUnits = defineControl({
  id: 'vendor-units',
  title: 'No unit file of a package was rewritten or hidden to use MPTCP',
  rationale:
    'The command mptcpize enable writes into the file of the package and drops its Environment lines; the next upgrade takes MPTCP away, and a copy in its place misses what upgrades bring.',
  severity: 'medium',
  nist: ['CM-2', 'CM-5', 'SI-7'],
  references: ['mptcpize(8)', 'systemd.unit(5), drop-in files', 'guide: Wrapping Services'],
  params: z.strictObject({
    any: z
      .boolean()
      .default(false)
      .describe('true: a file that hides one of a package counts also where it has no word of MPTCP'),
  }),
  facts: () => ({ files: unitFiles }),
  check: (want, { files: { shadowing, rewritten } }) => {
    const hiding = Object.values(shadowing).filter(({ mptcp }) => mptcp || want.any)
    const seen = [
      ...hiding.map(({ path }): Evidence => ({
        kind: 'persistent',
        fact: 'unit_files',
        value: 'hides that of a package',
        where: path,
      })),
      ...rewritten.map((path): Evidence => ({
        kind: 'persistent',
        fact: 'unit_files',
        value: 'rewritten',
        where: path,
      })),
    ]
    if (seen.length === 0) return pass('the files of packages are as they came')
    const said = [
      ...rewritten.map((path) => `${path} was rewritten by mptcpize`),
      ...hiding.map(({ path }) => `${path} hides that of a package`),
    ]
    return fail(said.join('; '), null, ...seen)
  },
})
