import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import { UNIT_FOLDER } from './mptcp_dropins.ts'
import { lines } from './read/output.ts'

/** What became of units that packages brought, but for drop-ins. */
export interface UnitFiles {
  /** By unit: a file of the administrator's that hides the package's; `mptcp`: it makes the unit use MPTCP. */
  shadowing: Record<string, { path: string; mptcp: boolean }>
  /** Files of packages that load the MPTCP library: `mptcpize enable` writes it into them. */
  rewritten: string[]
}

const MOST = 500

export const unitFiles = defineFact<UnitFiles>({
  key: 'unit_files',
  summary: 'Unit files that hide those of packages, and those of packages that mptcpize rewrote.',
  probe: `v=/usr/lib/systemd/system; [ -d $v ] || v=/lib/systemd/system
for f in ${UNIT_FOLDER}/*.service ${UNIT_FOLDER}/*.socket; do
[ -f "$f" ] && [ ! -L "$f" ] && [ -f "$v/\${f##*/}" ] || continue
if grep -qE 'libmptcpwrap|multipathtcp=1|^SocketProtocol=mptcp' -- "$f"; then echo "mptcp $f"; else echo "other $f"; fi
done | head -n ${MOST}
grep -l libmptcpwrap -- $v/*.service $v/*.socket 2>/dev/null | head -n ${MOST} | while read -r f; do echo "rewritten $f"; done`,
  parse: ({ stdout }) => {
    const found = lines(stdout).flatMap((line) => {
      const match = /^(mptcp|other|rewritten) (\/\S+)$/.exec(line)
      return match === null ? [] : [{ word: match[1]!, path: match[2]! }]
    })
    const shadowing = found.flatMap(({ word, path }): [string, UnitFiles['shadowing'][string]][] =>
      word === 'rewritten' ? [] : [[path.slice(path.lastIndexOf('/') + 1), { path, mptcp: word === 'mptcp' }]],
    )
    return {
      shadowing: namedRecord(shadowing),
      rewritten: found.flatMap(({ word, path }) => (word === 'rewritten' ? [path] : [])),
    }
  },
  example: `other /etc/systemd/system/cron.service
mptcp /etc/systemd/system/nginx.service
rewritten /usr/lib/systemd/system/haproxy.service
`,
})
