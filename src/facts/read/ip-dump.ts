/** Lists of the kernel that change while ip prints them: it says so, and what it printed may lack entries. */

const AGAIN = '== again'

/** How often such a list is read before it is given up, a tenth of a second apart. */
const TRIES = 10

/**
 * Shell function `whole PROGRAM ARGUMENT…`: runs the program until its list was not changed meanwhile. Prints every try; see
 * lastTry. Ends with 75 (EX_TEMPFAIL) where none was whole.
 */
export const WHOLE = `whole() {
n=1
{ while e=$("$@" 2>&1 >&3); r=$?; case $e in *'ump was interrupted'*) [ $r -ne 0 ] || r=75;; *) false;; esac; do
[ $n -lt ${TRIES} ] || break
n=$((n+1)); printf '\\n${AGAIN}\\n'; sleep 0.1 2>/dev/null || :
done; } 3>&1
[ -z "$e" ] || printf '%s\\n' "$e" >&2
return $r
}`

/** Of what `whole` printed, the last try. */
export function lastTry(text: string): string {
  const mark = `\n${AGAIN}\n`
  const at = text.lastIndexOf(mark)
  return at === -1 ? text : text.slice(at + mark.length)
}
