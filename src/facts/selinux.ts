import { FactUnreadable } from '../model/fact.ts'
import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** One thing that SELinux denied since boot. */
export interface Denial {
  /** Seconds since 1970. */
  at: number
  permissions: string
  /** Name of the process. */
  program: string
  /** Type of who was denied, and of what it was denied: `httpd_t`. */
  source: string
  target: string
  /** Class of the object: `tcp_socket`, `file`, … */
  object: string
  /** False: it was only written down (permissive mode or domain). */
  enforced: boolean
  /** It speaks of MPTCP: the daemon, its library, its type. */
  mptcp: boolean
}

export interface Selinux {
  /** Null where the kernel has no SELinux, or a boot switched it off. */
  mode: 'enforcing' | 'permissive' | null
  /** Denials of sockets, and all that speak of MPTCP: the last MOST of each log. */
  denials: Denial[]
  /** Why no log could be looked at, else null. */
  absent: string | null
}

const MOST = 200
const SECONDS = 10
const FOLDER = '/var/log/audit'

/**
 * Without auditd, the kernel's own log has the same lines (type 1400). Users see neither the folder of the one nor, of
 * the other, anything but messages of their own; auditd keeps some older logs, which may be of this boot too.
 */
export const selinux = defineFact<Selinux>({
  key: 'selinux',
  summary: 'Mode of SELinux, and what of sockets and MPTCP it has denied since boot.',
  probe: `[ -r /sys/fs/selinux/enforce ] || { echo off; exit 0; }
read -r e </sys/fs/selinux/enforce; echo "enforce $e"
sed -n 's/^btime /boot /p' /proc/stat
w='avc: *denied.*(mptcp|tclass=(tcp|rawip)_socket)'
found() { timeout ${SECONDS} grep -ahE "$w" "$@"; [ $? -lt 2 ] || echo 'log cut'; }
if [ -d ${FOLDER} ] && [ ! -x ${FOLDER} ]; then echo 'log hidden'
elif [ -e ${FOLDER}/audit.log ]; then
if [ ! -r ${FOLDER}/audit.log ]; then echo 'log hidden'
else echo 'log yes'; set -- ${FOLDER}/audit.log
for f in ${FOLDER}/audit.log.[1-9]; do [ ! -r "$f" ] || set -- "$f" "$@"; done
found "$@" | tail -n ${MOST} | cut -c 1-1000; fi
elif command -v journalctl >/dev/null; then
if [ -n "$(timeout ${SECONDS} journalctl -q -b --no-pager -n 1 -o cat _TRANSPORT=kernel 2>/dev/null)" ]; then
echo 'log yes'; { timeout ${SECONDS} journalctl -q -b --no-pager -o cat _TRANSPORT=audit + _TRANSPORT=kernel 2>/dev/null || echo 'log cut'; } |
grep -aE "$w|^log cut$" | tail -n ${MOST} | cut -c 1-1000
elif [ "$(id -u)" -ne 0 ]; then echo 'log hidden'; fi
fi`,
  parse: ({ stdout }) => {
    const enforce = /^enforce ([01])$/m.exec(stdout)?.[1]
    if (enforce === undefined) return { mode: null, denials: [], absent: null }
    if (/^log hidden$/m.test(stdout)) {
      throw new FactUnreadable('reading the audit log needs root', 'use --become or connect as root')
    }
    if (/^log cut$/m.test(stdout)) throw new FactUnreadable(`the audit log could not be searched in ${SECONDS} s`)
    const boot = Number(/^boot (\d{1,15})$/m.exec(stdout)?.[1] ?? 0)
    return {
      mode: enforce === '1' ? 'enforcing' : 'permissive',
      denials: lines(stdout)
        .flatMap((line) => denial(line) ?? [])
        .filter(({ at }) => at >= boot),
      absent: /^log yes$/m.test(stdout) ? null : 'there is no audit log, and no journal of the kernel',
    }
  },
  example: `enforce 1
boot 1795336722
log yes
type=AVC msg=audit(1795336801.482:913): avc:  denied  { read write } for  pid=2114 comm="nginx" \
path="socket:[38112]" dev="sockfs" ino=38112 scontext=system_u:system_r:httpd_t:s0 \
tcontext=system_u:system_r:kernel_t:s0 tclass=tcp_socket permissive=0
`,
})

function denial(line: string): Denial | null {
  const found = /audit\((\d{1,15})\.\d{1,9}:\d{1,20}\): avc: {1,4}denied {1,4}\{ ([a-z_ ]{1,200}) \}/.exec(line)
  if (found === null) return null
  const type = (name: string): string =>
    new RegExp(` ${name}=[^\\s:]{1,100}:[^\\s:]{1,100}:([^\\s:]{1,100})`).exec(line)?.[1] ?? ''
  return {
    at: Number(found[1]),
    permissions: found[2]!,
    program: / comm="([^"]{1,100})"/.exec(line)?.[1] ?? / comm=([^\s"]{1,100})/.exec(line)?.[1] ?? '',
    source: type('scontext'),
    target: type('tcontext'),
    object: / tclass=([a-z\d_]{1,100})/.exec(line)?.[1] ?? '',
    enforced: !/ permissive=1(?: |$)/.test(line),
    mptcp: /mptcp/i.test(line),
  }
}
