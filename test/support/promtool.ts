/** promtool of Debian's package prometheus: unpacked below .mptcp-fleet/, kept there, and never installed. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const TOOLS = resolve(import.meta.dirname, '../../.mptcp-fleet/tools')
const KEPT = join(TOOLS, 'promtool')

let found: { path: string } | { absent: string } | undefined

/** Downloads 19 MB where it is not there yet. `absent`: why it cannot be had. */
export function findPromtool(): { path: string } | { absent: string } {
  found ??= existsSync(KEPT) ? { path: KEPT } : unpack()
  return found
}

function unpack(): { path: string } | { absent: string } {
  mkdirSync(TOOLS, { recursive: true })
  const folder = mkdtempSync(join(TOOLS, 'unpacking-'))
  const run = (program: string, ...args: string[]): void => {
    execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 })
  }
  try {
    run('apt-get', 'download', '-q', '-o', 'Acquire::http::Timeout=20', 'prometheus')
    run('dpkg-deb', '-x', readdirSync(folder)[0]!, 'all')
    // Another run may have been quicker: its file is the same.
    renameSync(join(folder, 'all/usr/bin/promtool'), KEPT)
    return { path: KEPT }
  } catch (error) {
    return { absent: `promtool of Debian's package prometheus cannot be had: ${(error as Error).message.trim()}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
