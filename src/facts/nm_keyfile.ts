import { FactUnreadable } from '../model/fact.ts'
import { shellQuote } from '../text/shell.ts'
import type { DocumentedFact } from './define.ts'
import { defineFact } from './define.ts'
import type { FileBlock } from './read/file-block.ts'
import { BLOCK_FUNCTION, parseBlocks } from './read/file-block.ts'
import { NMCLI_NAMES } from './read/nmcli.ts'

/**
 * The file on the disk that NetworkManager has a profile from at the next boot: of a profile that was changed in memory only,
 * the one of before. Null where there is none. `hidden`: only root may read it. Key of the fact: `nm_keyfile/NAME`.
 */
export type NmKeyfile = (FileBlock & { path: string }) | { path: string; hidden: true } | null

/** The fact of one profile's file, by the profile's name. */
export function nmKeyfileFact(name: string): DocumentedFact<NmKeyfile> {
  return defineFact<NmKeyfile>({
    key: `nm_keyfile/${name}`,
    summary: `The file of NetworkManager's profile ${name}.`,
    // Names and paths may hold colons, a UUID holds none: what stands before the last UUID is the path. A profile in memory
    // is a file below /run, which names the one that it hides.
    probe: `command -v nmcli >/dev/null || exit 0
${BLOCK_FUNCTION}
${NMCLI_NAMES}
n=${shellQuote(name)}
nmcli -t -e no -f FILENAME,UUID,NAME connection show 2>/dev/null | while IFS= read -r l; do
case $l in /*:????????-????-????-????-????????????:"$n") f=\${l%:????????-????-????-????-????????????:"$n"};; *) continue;; esac
case $f in /run/*/netplan-*) ;; /run/*) f=$(sed -n 's/^shadowed-storage=//p' "$f" 2>/dev/null); [ -n "$f" ] || break;; esac
printf 'path %s\\n' "$f"
if [ -e "$f" ] && [ ! -r "$f" ]; then echo @hidden; else block "$f"; fi
break
done`,
    parse: ({ stdout }) => {
      const match = /^path (\/.*)\n([^]*)$/m.exec(stdout)
      if (match === null) return null
      const [, path = '', rest = ''] = match
      if (rest.trim() === '@hidden') return { path, hidden: true }
      const block = parseBlocks(rest, [path])[0] ?? null
      if (block !== null && block.kind !== 'file') {
        throw new FactUnreadable(`${path}, which holds profile ${name}, is not a plain file`, 'look at it by hand')
      }
      return block === null ? null : { path, ...block }
    },
    example: `path /etc/NetworkManager/system-connections/eth0.nmconnection
@file 600 root root 0 0 225
W2Nvbm5lY3Rpb25dCmlkPWV0aDAKdXVpZD05NmJhMzQ4Ny1lOTczLThhM2UtOGFjZS04MjYyMGY4
NDg5YWUKdHlwZT1ldGhlcm5ldAppbnRlcmZhY2UtbmFtZT1ldGgwCm1wdGNwLWZsYWdzPTMwCnRp
bWVzdGFtcD0xNzk1MzQ4NTEyCgpbZXRoZXJuZXRdCgpbaXB2NF0KYWRkcmVzczE9MTkyLjAuMi4y
MC8yNAptZXRob2Q9bWFudWFsCgpbaXB2Nl0KbWV0aG9kPWxpbmstbG9jYWwKCltwcm94eV0K
.
`,
  })
}
