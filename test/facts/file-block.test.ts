/** Blocks as a real shell prints them. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BLOCK_FUNCTION, blockCall, parseBlocks } from '../../src/facts/read/file-block.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-block-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('carries content, mode and kind of whatever stands at a path', () => {
  writeFileSync(at("it's $x"), 'ö\r\nlast line without an end')
  chmodSync(at("it's $x"), 0o4640)
  writeFileSync(at('long'), 'x'.repeat(100_000))
  writeFileSync(at('empty'), '')
  writeFileSync(at('huge'), 'x'.repeat(1024 * 1024 + 1))
  mkdirSync(at('folder'))
  symlinkSync('../some where', at('link'))
  const paths = ["it's $x", 'long', 'empty', 'folder', 'link', 'absent', 'absent/below', 'long/below'].map(at)
  const found = parseBlocks(run(paths), paths)
  expect(found.map((file) => file?.kind)).toEqual([
    'file',
    'file',
    'file',
    'other',
    'symlink',
    undefined,
    undefined,
    undefined,
  ])
  expect(found[0]).toMatchObject({ content: 'ö\r\nlast line without an end', mode: '4640' })
  expect(found[1]?.content).toHaveLength(100_000)
  expect(found[2]?.content).toBe('')
  expect(found[4]?.content).toBe('../some where')
  expect(() => parseBlocks(run([at('huge')]), [at('huge')])).toThrow('is larger than 1048576 bytes')
})

function run(paths: string[]): string {
  const input = [BLOCK_FUNCTION, ...paths.map(blockCall)].join('\n')
  return spawnSync('sh', ['-s'], { input, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).stdout
}

function at(name: string): string {
  return join(folder, name)
}
