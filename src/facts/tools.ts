import { namedRecord } from '../text/record.ts'
import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** Path of each program this tool may use on a host, null where absent, and the versions that matter. */
export interface Tools {
  paths: Record<string, string | null>
  /** `iproute2` as `6.15.0`, `mptcpize`; null where unknown. */
  versions: Record<string, string | null>
}

const PROGRAMS = [
  'mptcpize',
  'curl',
  'python3',
  'perl',
  'ss',
  'ip',
  'nmcli',
  'timeout',
  'base64',
  'sha256sum',
  'systemctl',
  'dnf',
  'apt-get',
  'nft',
  'firewall-cmd',
  'sudo',
]

export const tools = defineFact<Tools>({
  key: 'tools',
  summary: 'Where the programs are that this tool may use, and their versions.',
  probe: `for t in ${PROGRAMS.join(' ')}; do echo "path $t $(command -v $t)"; done
echo "version iproute2 $(ip -V 2>/dev/null)"
echo "version mptcpize $(mptcpize --version 2>/dev/null)"`,
  parse: ({ stdout }) => {
    const found: Tools = {
      paths: namedRecord(PROGRAMS.map((name) => [name, null])),
      versions: namedRecord([
        ['iproute2', null],
        ['mptcpize', null],
      ]),
    }
    for (const line of lines(stdout)) {
      const path = /^path (\S+) (\S.*)$/.exec(line)
      if (path !== null && PROGRAMS.includes(path[1]!)) found.paths[path[1]!] = path[2]!
      const version = /^version (iproute2|mptcpize) (?:.*?[ -])?v?(\d+(?:\.\d+)*)/.exec(line)
      if (version !== null) found.versions[version[1]!] = version[2]!
    }
    return found
  },
  get: (tools, path) =>
    path.startsWith('versions/')
      ? tools.versions[path.slice('versions/'.length)]
      : tools.paths[path.replace(/^paths\//, '')],
  set: (tools, path, value) =>
    path.startsWith('versions/')
      ? { ...tools, versions: { ...tools.versions, [path.slice('versions/'.length)]: value as string | null } }
      : { ...tools, paths: { ...tools.paths, [path.replace(/^paths\//, '')]: value as string | null } },
  example: `path mptcpize /usr/bin/mptcpize
path curl /usr/bin/curl
path python3 /usr/bin/python3
path perl /usr/bin/perl
path ss /usr/bin/ss
path ip /usr/sbin/ip
path nmcli /usr/bin/nmcli
path timeout /usr/bin/timeout
path base64 /usr/bin/base64
path sha256sum /usr/bin/sha256sum
path systemctl /usr/bin/systemctl
path dnf
path apt-get /usr/bin/apt-get
path nft /usr/sbin/nft
path firewall-cmd
path sudo /usr/bin/sudo
version iproute2 ip utility, iproute2-6.15.0, libbpf 1.5.0
version mptcpize mptcpize 0.13
`,
})
