import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** The package manager and the MPTCP packages. */
export interface Packages {
  manager: 'dnf' | 'apt' | null
  /** Version of each installed package of those asked for: mptcpd, mptcpize, curl, python3, iproute2 (iproute). */
  installed: Record<string, string>
}

export const packages = defineFact<Packages>({
  key: 'packages',
  summary: 'Package manager, and versions of the packages that MPTCP needs.',
  // Debian may have dnf beside apt-get, so its own marker decides there.
  probe: `m=none
if [ -e /etc/debian_version ] && command -v apt-get >/dev/null; then m=apt
elif command -v dnf >/dev/null; then m=dnf
elif command -v apt-get >/dev/null; then m=apt; fi
echo "manager $m"
if [ $m = apt ]; then
dpkg-query -W -f='\${db:Status-Status} \${Package} \${Version}\\n' mptcpd mptcpize curl python3 iproute2 2>/dev/null
elif [ $m = dnf ]; then
rpm -q --qf 'installed %{NAME} %{VERSION}-%{RELEASE}\\n' mptcpd mptcpize curl python3 iproute 2>/dev/null
fi`,
  parse: ({ stdout }) => {
    const words = lines(stdout).map((line) => line.trim().split(/\s+/))
    const manager = words.find(([first]) => first === 'manager')?.[1]
    const rows = words.filter((row) => row[0] === 'installed' && row.length === 3)
    return {
      manager: manager === 'apt' || manager === 'dnf' ? manager : null,
      installed: namedRecord(rows.map(([, name = '', version = '']) => [name, version])),
    }
  },
  get: (packages, path) => (path === 'manager' ? packages.manager : packages.installed[path]),
  set: (packages, path, value) => {
    if (path === 'manager') return { ...packages, manager: value as Packages['manager'] }
    const installed = { ...packages.installed }
    if (value === null) delete installed[path]
    else installed[path] = value as string
    return { ...packages, installed }
  },
  example: `manager apt
installed curl 8.14.1-2+deb13u7
installed iproute2 6.15.0-1
not-installed mptcpd
installed mptcpize 0.13-2
installed python3 3.13.5-1
`,
})
