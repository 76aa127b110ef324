/** What somebody planted where scripts write is neither followed nor changed, whatever it leads to. */
import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FILE_LIB } from '../../src/engine/script/file-lib.ts'
import { HOST_LIB } from '../../src/engine/script/host-lib.ts'
import { shellQuote } from '../../src/text/shell.ts'
import { runSh } from '../support/sh.ts'

const RUN = '20260101T000000Z-aaaaaa'
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-planted-'))
})
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }))

const at = (name: string): string => path.join(folder, name)

/** Runs shell text with the functions that write files; the content is `new`. */
function withFiles(text: string, shell: readonly string[]): { rc: number | null; stderr: string } {
  return runSh([`RUN=${RUN}\n${FILE_LIB}\nprintf %s bmV3Cg== | { ${text}; }\n`], shell)
}

/** Everything in the folder, with what links lead to, modes and contents. */
function state(): string {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const { mode, uid, size } = lstatSync(at(name))
      return `${name} ${mode.toString(8)} ${uid} ${size}`
    })
    .join('\n')
}

describe.each([['sh'], ['bash', '--posix']])('%s', (...shell) => {
  const victims: [string, () => void][] = [
    ['a file', () => writeFileSync(at('victim'), 'old\n', { mode: 0o600 })],
    ['nothing', () => {}],
    ['a folder', () => mkdirSync(at('victim'))],
    ['a device', () => execFileSync('mknod', [at('victim'), 'c', '1', '3'])],
  ]

  it.each(victims)('a link to %s in the place of the temporary', (_what, make) => {
    make()
    writeFileSync(at('file'), 'mine\n')
    symlinkSync('victim', at(`.file.${RUN}.new`))
    const before = state()
    const done = withFiles(`w ${shellQuote(at('file'))} 0755 0 0`, shell)
    expect(done.rc).toBe(1)
    expect(done.stderr).toContain('is there already: refused')
    expect(state()).toBe(before)
    expect(readFileSync(at('file'), 'utf8')).toBe('mine\n')
  })

  it.each(victims)('a link to %s in the place of the copy, before and in the undo', (_what, make) => {
    make()
    writeFileSync(at('file'), 'mine\n')
    symlinkSync('victim', at(`.file.${RUN}`))
    const before = state()
    const copied = withFiles(`cat >/dev/null; k ${shellQuote(at('file'))}`, shell)
    expect(copied).toMatchObject({ rc: 1, stderr: expect.stringContaining('is there already: refused') })
    expect(state()).toBe(before)
    expect(withFiles(`cat >/dev/null; y ${shellQuote(at('file'))}`, shell).rc).toBe(1)
    expect(state()).toBe(before)
  })

  it.each(victims)('a link to %s in the place of the file', (_what, make) => {
    make()
    symlinkSync('victim', at('file'))
    const before = state()
    for (const text of [`w ${shellQuote(at('file'))} 0644 0 0`, `cat >/dev/null; d ${shellQuote(at('file'))}`]) {
      expect(withFiles(text, shell)).toMatchObject({
        rc: 1,
        stderr: expect.stringContaining('is a symbolic link: refused'),
      })
      expect(state()).toBe(before)
    }
  })

  it.each([
    ['a link', () => symlinkSync('/tmp', at('run'))],
    ['a link that leads nowhere', () => symlinkSync('nowhere', at('run'))],
    ['a file', () => writeFileSync(at('run'), '')],
    ['a folder for everyone', () => mkdirSync(at('run'), { mode: 0o777 })],
  ])('%s in the place of the folder for runs', (_what, make) => {
    make()
    execFileSync('chmod', ['-R', 'a+rwX', folder])
    const before = state()
    const lib = HOST_LIB.replaceAll('/run/mptcp-fleet', at('run'))
    const done = runSh([`RUN=${RUN}; OWNER=me\n${lib}\nbase && lock\n`], shell)
    expect(done.rc).toBe(1)
    expect(done.stderr).toContain('is not a folder of this user alone (mode 0700, no symbolic link)')
    expect(state()).toBe(before)
  })
})
