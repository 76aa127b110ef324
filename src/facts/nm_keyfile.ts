import type { Fact } from '../model/fact.ts'
import { FactUnreadable } from '../model/fact.ts'
import { shellQuote } from '../text/shell.ts'
import { defineFact } from './define.ts'
import type { FileBlock } from './read/file-block.ts'
import { BLOCK_FUNCTION, parseBlocks } from './read/file-block.ts'

/**
 * The file that NetworkManager keeps a profile in, so that a deleted profile can be put back to the byte; null where
 * there is no such profile. Key of the fact: `nm_keyfile/NAME`.
 */
export type NmKeyfile = (FileBlock & { path: string }) | null

/** The fact of one profile's file, by the profile's name. */
export function nmKeyfileFact(name: string): Fact<NmKeyfile> {
  return defineFact<NmKeyfile>({
    key: `nm_keyfile/${name}`,
    summary: `The file of NetworkManager's profile ${name}.`,
    // Names and paths may hold colons, a UUID holds none: what stands before the last UUID is the path.
    probe: `command -v nmcli >/dev/null || exit 0
${BLOCK_FUNCTION}
n=${shellQuote(name)}
nmcli -t -e no -f FILENAME,UUID,NAME connection show 2>/dev/null | while IFS= read -r l; do
case $l in /*:????????-????-????-????-????????????:"$n") f=\${l%:????????-????-????-????-????????????:"$n"}
printf 'path %s\\n' "$f"; block "$f"; break;; esac
done`,
    parse: ({ stdout }) => {
      const match = /^path (\/.*)\n([^]*)$/m.exec(stdout)
      if (match === null) return null
      const [, path = '', rest = ''] = match
      const block = parseBlocks(rest, [path])[0] ?? null
      if (block !== null && block.kind !== 'file') {
        throw new FactUnreadable(`${path}, which holds profile ${name}, is not a plain file`, 'look at it by hand')
      }
      return block === null ? null : { path, ...block }
    },
  })
}
