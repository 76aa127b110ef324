/** The probe of paths in a real shell, with Python's glob as the referee. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { escapeGlob, pathFact } from '../../src/facts/path.ts'

let folder = ''
/** Whether Python finds something, by glob. */
let matches: Record<string, boolean> = {}
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-path-'))
  mkdirSync(path.join(folder, 'sub'))
  for (const name of ['a1', 'a2', 'b-c', 'it\'s $x "y"', '.hidden', 'z]', 'star*', 'q^', 'grün😀', 'sub/in']) {
    writeFileSync(path.join(folder, name), '')
  }
  symlinkSync('nowhere', path.join(folder, 'dangling'))
  const program = 'import glob, json, sys; print(json.dumps({g: bool(glob.glob(g)) for g in json.load(sys.stdin)}))'
  const python = spawnSync('python3', ['-c', program], { cwd: folder, input: JSON.stringify(globs), encoding: 'utf8' })
  matches = JSON.parse(python.stdout) as Record<string, boolean>
})
afterAll(() => rmSync(folder, { recursive: true }))

function found(glob: string, shell = 'sh'): string | null {
  const fact = pathFact(glob)
  const { stdout, stderr, status } = spawnSync(shell, ['-s'], { input: fact.probe, cwd: folder, encoding: 'utf8' })
  expect(stderr).toBe('')
  return fact.parse({ stdout, stderr, rc: status ?? 1 })
}

const globs = [
  'a1',
  'a3',
  'dangling',
  'sub',
  'sub/',
  '*',
  'a?',
  '?1',
  '[ab]?',
  '[!ab]*',
  '[a-c]-c',
  '*/in',
  'sub/*x',
  '.*',
  '.x*',
  './a*',
  'sub/.*',
  'it\'s $x "y"',
  'it*y"',
  '[]z]]',
  'z]',
  '[',
  'a[',
  '[!]',
  '*[^x]',
  'q[^]',
  'q[!^]',
  String.raw`star\*`,
  'star[*]',
  '*😀',
  '$(echo a1)',
  '~',
  '',
]

describe('a path', () => {
  it.each(globs)('%j', (glob) => {
    expect(found(glob) !== null).toBe(matches[glob])
    expect(found(glob, 'bash')).toBe(found(glob))
  })

  it('is the first that a glob matches, and a name with special characters is taken as it is', () => {
    expect(found('a*')).toBe('a1')
    expect(found(path.join(escapeGlob(folder), 'b*'))).toBe(path.join(folder, 'b-c'))
    expect(found(escapeGlob('star*'))).toBe('star*')
    expect(found(escapeGlob('st*'))).toBeNull()
  })

  it('follows the file that another change makes or removes', () => {
    const { follow } = pathFact('/etc/x')
    expect(follow!('file//etc/x', { kind: 'file' })).toBe('/etc/x')
    expect(follow!('file//etc/x', null)).toBeNull()
    expect(follow!('file//etc/y', null)).toBeUndefined()
  })
})
