// Which mounts of this machine lie below a folder, and taking them off.
import { readFile } from 'node:fs/promises'
import { run, must } from './run.ts'

/** Mount points at or below the folder, the latest first. */
export async function mountsBelow(folder: string): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  return text
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .toReversed()
}

/** Unmounts everything at or below the folder; what is still busy is detached and ends with its last user. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of await mountsBelow(folder)) {
    if ((await run(['umount', point])).rc !== 0) await must(['umount', '--lazy', point])
  }
}

/** The kernel writes blanks, tabs, line ends and backslashes of a path in octal. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))
}
