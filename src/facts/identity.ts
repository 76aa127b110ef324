import { FactUnreadable } from '../model/fact.ts'
import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** Who the probe ran as, and what it ran on. */
export interface Identity {
  uid: number
  hostname: string
  bootId: string
  machine: string
  /** True where systemd is the running init (/run/systemd/system exists). */
  systemd: boolean
}

export const identity = defineFact<Identity>({
  key: 'identity',
  summary: 'User of the probe, name of the host, boot id, architecture, whether systemd runs.',
  probe: `echo "uid $(id -u)"
echo "hostname $(uname -n)"
echo "machine $(uname -m)"
read -r b </proc/sys/kernel/random/boot_id && echo "bootId $b"
[ -d /run/systemd/system ] && echo 'systemd yes'`,
  parse: ({ stdout }) => {
    const fields = new Map(
      lines(stdout).map((line): [string, string] => {
        const at = line.indexOf(' ')
        return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).trim()]
      }),
    )
    const uid = fields.get('uid') ?? ''
    if (!/^\d{1,10}$/.test(uid)) throw new FactUnreadable('id -u did not say who the user is')
    return {
      uid: Number(uid),
      hostname: fields.get('hostname') ?? '',
      bootId: fields.get('bootId') ?? '',
      machine: fields.get('machine') ?? '',
      systemd: fields.get('systemd') === 'yes',
    }
  },
  example: `uid 0
hostname system-a
machine x86_64
bootId 2f7c44bb-c9e2-4187-b17b-6721cb146c97
systemd yes
`,
})
