import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../../src/facts/addresses.ts'
import { links } from '../../src/facts/links.ts'
import { routing } from '../../src/facts/routing.ts'
import type { DocumentedFact } from '../../src/facts/define.ts'

/** An `ip` that prints lists which end early, and says so as ip does, in its first CUT calls. */
const IP = `#!/bin/sh
echo >>"$CALLS"
case "$*" in *rule*) echo '[]'; exit 0;; *-6*) echo '[]'; exit 0;; esac
if [ "$(wc -l <"$CALLS")" -le "$CUT" ]; then
  echo '[]'
  echo 'Dump was interrupted and may be inconsistent.' >&2
  exit "\${RC:-0}"
fi
cat "$LIST"
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ip-dump-'))
  writeFileSync(path.join(folder, 'ip'), IP)
  chmodSync(path.join(folder, 'ip'), 0o755)
})
afterEach(() => rmSync(folder, { recursive: true }))

function read<T>(fact: DocumentedFact<T>, shell: string, env: Record<string, string>): { value: T; calls: number } {
  const list = path.join(folder, 'list')
  const calls = path.join(folder, 'calls')
  writeFileSync(calls, '')
  writeFileSync(list, fact.example.split('\n\n== ')[0]!)
  const all = { PATH: `${folder}:${process.env['PATH']}`, LIST: list, CALLS: calls, ...env }
  const { stdout, stderr, status } = spawnSync(shell, ['-c', fact.probe], { env: all, encoding: 'utf8' })
  const value = fact.parse({ stdout, stderr, rc: status! })
  return { value, calls: readFileSync(calls, 'utf8').length }
}

const FACTS: [string, DocumentedFact<unknown>][] = [
  ['addresses', addresses as DocumentedFact<unknown>],
  ['links', links as DocumentedFact<unknown>],
  ['routing', routing as DocumentedFact<unknown>],
]

describe.each(FACTS)('%s', (_name, fact) => {
  it.each(['sh', 'bash'])('reads a list again that was changed meanwhile, with %s', (shell) => {
    const { value, calls } = read(fact, shell, { CUT: '0' })
    for (const env of [{ CUT: '1' }, { CUT: '3' }, { CUT: '2', RC: '2' }]) {
      const again = read(fact, shell, env)
      expect(again).toEqual({ value, calls: calls + Number(env.CUT) })
    }
  })

  it('takes no list that was never whole', () => {
    expect(() => read(fact, 'sh', { CUT: '100' })).toThrow('what ip lists changes faster than it can be read')
  })
})
