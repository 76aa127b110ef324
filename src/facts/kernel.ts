import { FactUnreadable } from '../model/fact.ts'
import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** The running kernel and its MPTCP build options; `null` where no configuration file could be read. */
export interface Kernel {
  release: string
  config: Record<KernelOption, 'y' | 'm' | 'n' | null>
  configSource: string | null
}

type KernelOption = 'CONFIG_MPTCP' | 'CONFIG_INET_MPTCP_DIAG' | 'CONFIG_MPTCP_IPV6'

export const kernel = defineFact<Kernel>({
  key: 'kernel',
  summary: 'Kernel release and its MPTCP build options.',
  // CONFIG_NET, which any kernel with a network has, shows that the file was really read.
  probe: `r=$(uname -r); echo "release $r"
for f in "/boot/config-$r" /proc/config.gz "/lib/modules/$r/config"; do
[ -r "$f" ] || continue
case $f in *.gz) o=$(gzip -dc "$f" 2>/dev/null | grep -E '^CONFIG_(NET|MPTCP|INET_MPTCP_DIAG|MPTCP_IPV6)=');;
*) o=$(grep -E '^CONFIG_(NET|MPTCP|INET_MPTCP_DIAG|MPTCP_IPV6)=' "$f");; esac
case $o in *CONFIG_NET=*) printf 'source %s\\n%s\\n' "$f" "$o"; break;; esac
done`,
  parse: ({ stdout }) => {
    const text = lines(stdout)
    const release = field(text, 'release ')
    if (release === null) throw new FactUnreadable('uname -r did not say which kernel runs')
    const configSource = field(text, 'source ')
    const option = (name: KernelOption): 'y' | 'm' | 'n' | null => {
      if (configSource === null) return null
      const value = field(text, `${name}=`)
      return value === 'y' || value === 'm' ? value : 'n'
    }
    return {
      release,
      config: {
        CONFIG_MPTCP: option('CONFIG_MPTCP'),
        CONFIG_INET_MPTCP_DIAG: option('CONFIG_INET_MPTCP_DIAG'),
        CONFIG_MPTCP_IPV6: option('CONFIG_MPTCP_IPV6'),
      },
      configSource,
    }
  },
  example: `release 6.18.44-lab
source /boot/config-6.18.44-lab
CONFIG_NET=y
CONFIG_MPTCP=y
CONFIG_INET_MPTCP_DIAG=y
CONFIG_MPTCP_IPV6=y
`,
})

function field(text: readonly string[], start: string): string | null {
  const line = text.find((line) => line.startsWith(start) && line.length > start.length)
  return line === undefined ? null : line.slice(start.length).trim()
}
