/** How probes carry a file: a shell function that prints it as a block, and the parser of blocks. */
import { FactUnreadable } from '../../model/fact.ts'
import { shellQuote } from '../../text/shell.ts'

/** What stands at a path. A symlink's content is its target; of what is neither file nor symlink it is empty. */
export interface FileBlock {
  kind: 'file' | 'symlink' | 'other'
  content: string
  mode: string
  owner: string
  group: string
}

/** Larger files are no configuration; refused so that a mistaken path cannot fill the controller's memory. */
const MAX_BYTES = 1024 * 1024
const MAX_BASE64 = Math.ceil(MAX_BYTES / 3) * 4

/**
 * Defines `block PATH`: prints `@KIND MODE OWNER GROUP UID GID SIZE`, the content as base64 (a symlink's target),
 * and a last line `.`, or `!` where the content could not be read. KIND absent and hidden (no right to look) stand alone.
 */
export const BLOCK_FUNCTION = `for t in stat base64; do command -v $t >/dev/null || { echo "@missing $t"; exit 0; }; done
block() {
if [ -L "$1" ]; then k=symlink; elif [ -f "$1" ]; then k=file; elif [ -e "$1" ]; then k=other
else d=$1; while [ ! -e "$d" ]; do case $d in */*) d=\${d%/*};; *) d=;; esac; [ -n "$d" ] || d=/; done
if [ -x "$d" ] || [ ! -d "$d" ]; then echo @absent; else echo @hidden; fi; return; fi
s=$(stat -c '%a %U %G %u %g %s' -- "$1") || { echo @hidden; return; }
echo "@$k $s"
case $k in
file) if [ "\${s##* }" -gt ${MAX_BYTES} ]; then echo '!'; elif base64 <"$1"; then echo .; else echo '!'; fi;;
symlink) if readlink -- "$1" | base64; then echo .; else echo '!'; fi;;
other) echo .;;
esac
}`

/** Shell text that prints one block; BLOCK_FUNCTION stands before it. */
export function blockCall(path: string): string {
  return `block ${shellQuote(path)}`
}

/** The blocks of a probe's output in the order of `paths`; null where nothing stands there. */
export function parseBlocks(stdout: string, paths: readonly string[]): (FileBlock | null)[] {
  const missing = /^@missing (\S+)/m.exec(stdout)?.[1]
  if (missing !== undefined) throw notInstalled(missing)
  const texts = stdout
    .split(/^(?=@)/m)
    .map((text) => text.trim())
    .filter((text) => text !== '')
  if (texts.length !== paths.length) {
    throw new FactUnreadable(`the probe printed ${texts.length} of ${paths.length} files (${paths.join(', ')})`)
  }
  return texts.map((text, index) => parseBlock(text, paths[index]!))
}

/** One block, by its path for messages. */
export function parseBlock(text: string, path: string): FileBlock | null {
  const [head = '', ...rest] = text.trim().split(/\r?\n/)
  if (head === '@absent') return null
  if (head.startsWith('@missing ')) throw notInstalled(head.slice('@missing '.length))
  if (head === '@hidden') throw needsRoot(path)
  const match = /^@(file|symlink|other) ([0-7]{1,5}) (\S+) (\S+) (\d+) (\d+) (\d+)$/.exec(head)
  if (match === null) throw new FactUnreadable(`the probe of ${path} printed what is no file: ${head.slice(0, 80)}`)
  const [, kind, mode = '', user = '', group = '', uid = '', gid = '', size = ''] = match
  const end = rest.pop()
  if (end === '!' && Number(size) > MAX_BYTES) {
    throw new FactUnreadable(`${path} is larger than ${MAX_BYTES} bytes`, 'it does not look like a configuration file')
  }
  if (end === '!') throw needsRoot(path)
  if (end !== '.') throw new FactUnreadable(`the content of ${path} did not arrive whole`)
  const text64 = rest.join('')
  return {
    kind: kind as FileBlock['kind'],
    content: kind === 'symlink' ? decode(text64, path).replace(/\n$/, '') : decode(text64, path),
    mode: mode.padStart(4, '0'),
    owner: user === 'UNKNOWN' ? uid : user,
    group: group === 'UNKNOWN' ? gid : group,
  }
}

function needsRoot(path: string): FactUnreadable {
  return new FactUnreadable(`reading ${path} needs root`, 'use --become or connect as root')
}

function decode(text: string, path: string): string {
  // The probe sends no more; what would be larger comes from a host that does not run it.
  if (text.length > MAX_BASE64) throw new FactUnreadable(`${path} is larger than ${MAX_BYTES} bytes`)
  if (!/^[\w+/=]*$/.test(text)) throw new FactUnreadable(`the content of ${path} did not arrive whole`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'base64'))
  } catch {
    throw new FactUnreadable(`${path} is not UTF-8 text`, 'this tool reads and writes text files only')
  }
}

function notInstalled(tool: string): FactUnreadable {
  return new FactUnreadable(`${tool} is not installed`, 'install coreutils on the host')
}
