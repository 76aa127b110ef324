import { FactUnreadable } from '../model/fact.ts'
import { defineFact } from './define.ts'

/** Whether socket(AF_INET, SOCK_STREAM, 262) opens, tried by perl or python3, else derived from kernel and sysctl. */
export interface MptcpSocket {
  opens: boolean
  errno: number | null
  /** EINVAL: kernel before 5.6. EPROTONOSUPPORT: not built. ENOPROTOOPT: switched off. */
  errnoName: string | null
  method: 'perl' | 'python3' | 'derived'
}

/** Of the errors that socket(2) gives; numbers as on x86 and ARM. */
const ERRNO_NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  13: 'EACCES',
  22: 'EINVAL',
  92: 'ENOPROTOOPT',
  93: 'EPROTONOSUPPORT',
  97: 'EAFNOSUPPORT',
}

const PYTHON = `import _socket
try:
    _socket.socket(2, 1, 262).close()
    print("python3", 0)
except OSError as e:
    print("python3", e.errno)`

export const mptcpSocket = defineFact<MptcpSocket>({
  key: 'mptcp_socket',
  summary: 'Whether a program can open an MPTCP socket, and by which errno not.',
  // Perl first: it starts in 2 ms, python3 in 20. On Oracle Linux 8 python3 may only exist as platform-python.
  probe: `perl -e 'print "perl ", socket(S, 2, 1, 262) ? 0 : $! + 0, "\\n"' 2>/dev/null && exit 0
for p in python3 /usr/libexec/platform-python; do
"$p" -I -S -c '${PYTHON}' 2>/dev/null && exit 0
done
echo "derived $(cat /proc/sys/net/mptcp/enabled 2>/dev/null || echo absent) $(uname -r)"`,
  parse: ({ stdout }) => {
    const tried = /^(perl|python3) (\d{1,4})$/m.exec(stdout)
    if (tried !== null) return result(Number(tried[2]), tried[1] as 'perl' | 'python3')
    const derived = /^derived (\S+) (\d{1,6})\.(\d{1,6})/m.exec(stdout)
    if (derived === null) throw new FactUnreadable('neither perl nor python3 could try an MPTCP socket')
    if (derived[1] === '1') return result(0, 'derived')
    if (derived[1] === '0') return result(92, 'derived')
    const before56 = Number(derived[2]) < 5 || (Number(derived[2]) === 5 && Number(derived[3]) < 6)
    return result(before56 ? 22 : 93, 'derived')
  },
  example: 'perl 0\n',
})

function result(errno: number, method: MptcpSocket['method']): MptcpSocket {
  if (errno === 0) return { opens: true, errno: null, errnoName: null, method }
  return { opens: false, errno, errnoName: ERRNO_NAMES[errno] ?? null, method }
}
