import { FactUnreadable } from '../model/fact.ts'
import { defineFact } from './define.ts'
import { lines } from './read/output.ts'

/** From /etc/os-release. */
export interface Os {
  id: string
  versionId: string
  prettyName: string
  idLike: string[]
}

export const os = defineFact<Os>({
  key: 'os',
  summary: 'Distribution and version, from os-release.',
  probe: 'cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release',
  parse: ({ stdout }) => {
    const fields = new Map<string, string>()
    for (const line of lines(stdout)) {
      const match = /^\s*([A-Z][A-Z\d_]*)=(.*)$/.exec(line)
      if (match !== null) fields.set(match[1]!, unquote(match[2]!.trim()))
    }
    if (fields.size === 0) throw new FactUnreadable('there is no /etc/os-release to read')
    // os-release(5): a file without ID stands for plain "linux".
    const id = fields.get('ID') ?? 'linux'
    return {
      id,
      versionId: fields.get('VERSION_ID') ?? '',
      prettyName: fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? id,
      idLike: (fields.get('ID_LIKE') ?? '').split(/\s+/).filter((word) => word !== ''),
    }
  },
  example: `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
DEBIAN_VERSION_FULL=13.7
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
`,
})

/** Takes off the shell quotes that os-release(5) allows. */
function unquote(text: string): string {
  if (/^'.*'$/.test(text)) return text.slice(1, -1)
  const inner = /^"(.*)"$/.exec(text)?.[1] ?? text
  return inner.replaceAll(/\\(.)/g, '$1')
}
