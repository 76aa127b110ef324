/** Runs a framed script in a real shell on this machine, as a host would. */
import { spawnSync } from 'node:child_process'
import { Secret } from '../../src/model/secret.ts'
import type { ScriptPart } from '../../src/transport/types.ts'

export function scriptText(parts: readonly ScriptPart[]): string {
  return parts.map((part) => (part instanceof Secret ? part.reveal() : part)).join('')
}

export function runSh(
  parts: readonly ScriptPart[],
  shell: readonly string[] = ['sh'],
): { stdout: string; stderr: string; rc: number | null } {
  const done = spawnSync(shell[0]!, [...shell.slice(1), '-s'], { input: scriptText(parts), encoding: 'utf8' })
  return { stdout: done.stdout, stderr: done.stderr, rc: done.status }
}
