/** Shell functions that write, remove, copy and bring back files on a host. Expect $RUN. */
import type { Step } from '../../model/change.ts'
import { shellQuote } from '../../text/shell.ts'

/**
 * `w PATH MODE OWNER GROUP` writes stdin to a file: to a temporary beside it (created exclusively), with its final owner,
 * mode and SELinux label, then renamed over it. Symbolic links and anything else that is not a plain file are refused.
 * `d PATH` removes one. `k PATH` copies one beside itself before it is changed (`.NAME.RUN`), with owner, mode and extended
 * attributes; a copy of a run that a restart of the host ended goes. `v` is `w`, but takes the copy back by a rename where
 * there is one, which needs no free block. `y PATH…` takes all these copies back; it fails where one is missing, and changes
 * nothing then.
 */
export const FILE_LIB = `w() {
d=\${1%/*}; t="\${d:-/}/.\${1##*/}.$RUN.new"
if [ -L "$1" ]; then echo "$1 is a symbolic link: refused" >&2; cat >/dev/null; return 1; fi
if [ -e "$1" ] && [ ! -f "$1" ]; then echo "$1 is not a plain file: refused" >&2; cat >/dev/null; return 1; fi
if [ -e "$t" ] || [ -L "$t" ]; then echo "$t is there already: refused" >&2; cat >/dev/null; return 1; fi
( set -C; base64 -d >"$t" ) || { [ -L "$t" ] || rm -f "$t"; echo "cannot write $t" >&2; return 1; }
if chown "$3:$4" "$t" && chmod "$2" "$t" && l "$1" "$t" && { sync "$t" 2>/dev/null || :; } && mv -fT "$t" "$1"; then
sync "\${d:-/}" 2>/dev/null || :; return 0
fi
rm -f "$t"; return 1
}
l() {
command -v selinuxenabled >/dev/null 2>&1 && selinuxenabled || return 0
if [ -e "$1" ]; then chcon --reference="$1" "$2"; else c=$(matchpathcon -n "$1") && chcon "$c" "$2"; fi
}
d() {
if [ -L "$1" ]; then echo "$1 is a symbolic link: refused" >&2; return 1; fi
rm -f "$1" && { sync "\${1%/*}/" 2>/dev/null || :; }
}
k() {
for c in "\${1%/*}/.\${1##*/}".20*T*Z-*; do
case $c in *".$RUN"|*".$RUN".new) ;; *) [ ! -f "$c" ] || [ -L "$c" ] || rm -f "$c";; esac
done
if [ -L "$1" ] || [ ! -f "$1" ]; then return 0; fi
c=\${1%/*}/.\${1##*/}.$RUN
if [ -e "$c" ] || [ -L "$c" ]; then echo "$c is there already: refused" >&2; return 1; fi
( set -C; cat "$1" >"$c" ) || { rm -f "$c"; echo "cannot copy $1 to $c" >&2; return 1; }
cp --attributes-only --preserve=all "$1" "$c" 2>/dev/null && return 0
chown "$(stat -c %u:%g "$1")" "$c" && chmod "$(stat -c %a "$1")" "$c"
}
v() {
c=\${1%/*}/.\${1##*/}.$RUN
if [ -L "$c" ] || [ ! -f "$c" ]; then w "$@"; return; fi
cat >/dev/null
if [ -L "$1" ]; then echo "$1 is a symbolic link: refused" >&2; return 1; fi
mv -fT "$c" "$1"
}
y() {
for f in "$@"; do
c=\${f%/*}/.\${f##*/}.$RUN
if [ -L "$c" ] || [ ! -f "$c" ] || [ -L "$f" ]; then return 1; fi
done
for f in "$@"; do mv -fT "\${f%/*}/.\${f##*/}.$RUN" "$f" || return 1; done
}
`

/** Where a run's copy of a file lies. */
export function copyOf(path: string, id: string): string {
  const cut = path.lastIndexOf('/') + 1
  return `${path.slice(0, cut)}.${path.slice(cut)}.${id}`
}

/** Shell text that removes the copies of these files. */
export function dropCopies(paths: readonly string[]): string {
  return removeBeside(paths, '$RUN')
}

/** Shell text that removes what a script that was killed had begun to write of these files. */
export function dropUnfinished(paths: readonly string[]): string {
  return removeBeside(paths, '$RUN.new')
}

function removeBeside(paths: readonly string[], ending: string): string {
  if (paths.length === 0) return ':\n'
  return `for f in ${paths.map(shellQuote).join(' ')}; do rm -f "\${f%/*}/.\${f##*/}.${ending}"; done\n`
}

/** Folders that a step removes if empty, which copies may keep from being so. */
export function emptiedBy(step: Step): readonly string[] {
  return step.kind === 'run' && step.argv[0] === 'rmdir' ? step.argv.slice(-1) : []
}

/** Shell text that removes them, the copies being gone. */
export function dropFolders(emptied: readonly string[]): string {
  return emptied.map((path) => `rmdir ${shellQuote(path)} 2>/dev/null\n`).join('')
}
