/** A throw-away directory with the files that a test describes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'

export function makeFiles(files: Readonly<Record<string, string | Uint8Array>>, parent = tmpdir()): string {
  const dir = mkdtempSync(join(parent, 'mptcp-fleet-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), content)
  }
  return dir
}

/** What a promise is rejected with, as `file:line:column: summary` lines. */
export async function complaints(promise: Promise<unknown>): Promise<string[]> {
  try {
    await promise
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    return error.diagnostics.map((d) => {
      const place = d.source === null ? '' : `${d.source.file}:${d.source.line}:${d.source.column}: `
      return place + d.summary
    })
  }
  return []
}
