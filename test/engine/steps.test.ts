import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseSteps, stepsScript } from '../../src/engine/script/steps.ts'
import type { Step, WriteStep } from '../../src/model/change.ts'
import { Secret } from '../../src/model/secret.ts'
import { runSh, scriptText } from '../support/sh.ts'

const nonce = 'mf00112233445566778899aabb'
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-steps-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function run(steps: Step[]): { rcs: (number | null)[]; stderr: string[] } {
  const { script } = stepsScript(nonce, `test-${path.basename(folder)}`, steps, false)
  const done = runSh(script)
  const sections = parseSteps(nonce, done.stdout, done.stderr)
  return {
    rcs: [...sections.values()].map((part) => part.rc),
    stderr: [...sections.values()].map((part) => part.stderr),
  }
}

function write(name: string, bytes: WriteStep['bytes'], mode = '0644'): WriteStep {
  const { uid, gid } =
    process.getuid === undefined ? { uid: 0, gid: 0 } : { uid: process.getuid(), gid: process.getgid!() }
  return { kind: 'write', path: path.join(folder, name), bytes, mode, owner: String(uid), group: String(gid) }
}

describe('steps', () => {
  test('write replaces a file to the byte, with its mode, and leaves no temporary behind', () => {
    writeFileSync(path.join(folder, 'a b'), 'old')
    const bytes = 'first line\n\ttab \'quote\' "double" $HOME `id` \\ ü\u0001 no newline at end'
    expect(run([write('a b', bytes, '0640')]).rcs).toEqual([0])
    expect(readFileSync(path.join(folder, 'a b'), 'utf8')).toBe(bytes)
    expect(lstatSync(path.join(folder, 'a b')).mode & 0o7777).toBe(0o640)
    expect(readdirSync(folder)).toEqual(['a b'])
  })

  test('an empty file and one of a megabyte', () => {
    const big = 'x'.repeat(1024 * 1024)
    expect(run([write('empty', ''), write('big', big)]).rcs).toEqual([0, 0])
    expect(readFileSync(path.join(folder, 'empty'), 'utf8')).toBe('')
    expect(readFileSync(path.join(folder, 'big'), 'utf8')).toBe(big)
  })

  test('symbolic links are refused, for writing and for removing', () => {
    writeFileSync(path.join(folder, 'target'), 'mine')
    symlinkSync('target', path.join(folder, 'link'))
    expect(run([write('link', 'evil')])).toEqual({ rcs: [1], stderr: [`${folder}/link is a symbolic link: refused\n`] })
    expect(run([{ kind: 'remove', path: path.join(folder, 'link') }]).rcs).toEqual([1])
    expect(readFileSync(path.join(folder, 'target'), 'utf8')).toBe('mine')
  })

  test('a planted temporary is not written through', () => {
    writeFileSync(path.join(folder, 'victim'), 'mine')
    const id = `test-${path.basename(folder)}`
    symlinkSync('victim', path.join(folder, `.file.${id}`))
    expect(run([write('file', 'evil')]).rcs).toEqual([1])
    expect(readFileSync(path.join(folder, 'victim'), 'utf8')).toBe('mine')
  })

  test('remove is content with a file that is absent', () => {
    expect(run([{ kind: 'remove', path: path.join(folder, 'none') }]).rcs).toEqual([0])
  })

  test('stops at the first failure', () => {
    const steps: Step[] = [
      { kind: 'run', argv: ['touch', path.join(folder, 'one')] },
      { kind: 'run', argv: ['sh', '-c', 'echo broken >&2; exit 4'] },
      { kind: 'run', argv: ['touch', path.join(folder, 'three')] },
    ]
    expect(run(steps)).toEqual({ rcs: [0, 4], stderr: ['', 'broken\n'] })
    expect(existsSync(path.join(folder, 'three'))).toBe(false)
  })

  test('a program that hangs is stopped after its own limit', () => {
    expect(run([{ kind: 'run', argv: ['sleep', '60'], timeout: 1 }]).rcs).toEqual([124])
  })

  test('stdin reaches the program, and arguments are never interpreted', () => {
    const out = path.join(folder, 'out')
    const argv = ['sh', '-c', 'cat >"$0"; printf %s "$1" >>"$0"', out, `a'b"c$(id)\n;`]
    expect(run([{ kind: 'run', argv, stdin: 'in\n' }]).rcs).toEqual([0])
    expect(readFileSync(out, 'utf8')).toBe(`in\na'b"c$(id)\n;`)
  })

  test('a secret is read only when the script is streamed', () => {
    let reads = 0
    const secret = new Secret(() => {
      reads++
      return 'hunter2'
    })
    const { script } = stepsScript(nonce, 'r', [write('s', secret, '0600')], false)
    expect(JSON.stringify(script)).not.toContain(Buffer.from('hunter2').toString('base64'))
    expect(reads).toBe(0)
    expect(scriptText(script)).toContain(Buffer.from('hunter2').toString('base64'))
  })

  test('a folder without write permission is a failure that says so', () => {
    chmodSync(folder, 0o555)
    const { rcs, stderr } = run([{ ...write('x', 'y'), path: '/proc/mptcp-fleet-none' }])
    chmodSync(folder, 0o755)
    expect(rcs).toEqual([1])
    expect(stderr[0]).toContain('cannot write /proc/.mptcp-fleet-none')
  })

  describe('the record of results on the host', () => {
    const steps: Step[] = [{ kind: 'run', argv: ['true'] }]

    /** As root, but below a folder of its own in place of /run. */
    function record(prepare: (run: string) => void): { rcs: (number | null)[]; run: string } {
      const place = path.join(folder, 'run')
      mkdirSync(place)
      prepare(place)
      const { script } = stepsScript(nonce, 'RUN', steps, true)
      const done = runSh([scriptText(script).replaceAll('/run/mptcp-fleet', `${place}/mptcp-fleet`)])
      return { rcs: [...parseSteps(nonce, done.stdout, done.stderr).values()].map((part) => part.rc), run: place }
    }

    test('holds each step with its status', () => {
      const { rcs, run: place } = record(() => {})
      expect(rcs).toEqual([0])
      expect(readFileSync(path.join(place, 'mptcp-fleet/RUN/steps'), 'utf8')).toBe('0 0\n')
    })

    test('is not written through a link, and the steps run all the same', () => {
      const { rcs, run: place } = record((own) => {
        mkdirSync(path.join(own, 'elsewhere'))
        symlinkSync('elsewhere', path.join(own, 'mptcp-fleet'))
      })
      expect(rcs).toEqual([0])
      expect(readdirSync(path.join(place, 'elsewhere'))).toEqual([])
    })

    const isRoot = process.getuid?.() === 0
    const skipped = isRoot ? '' : ' (skipped: only root can give a folder away)'
    test.runIf(isRoot)(`is not written to another user's folder${skipped}`, () => {
      const { rcs, run: place } = record((own) => {
        mkdirSync(path.join(own, 'mptcp-fleet'))
        chownSync(path.join(own, 'mptcp-fleet'), 65_534, 65_534)
      })
      expect(rcs).toEqual([0])
      expect(readdirSync(path.join(place, 'mptcp-fleet'))).toEqual([])
    })

    test('of another run with the same name is left alone', () => {
      const { rcs, run: place } = record((own) => {
        mkdirSync(path.join(own, 'mptcp-fleet/RUN'), { recursive: true })
        writeFileSync(path.join(own, 'mptcp-fleet/RUN/steps'), 'theirs\n')
      })
      expect(rcs).toEqual([0])
      expect(readFileSync(path.join(place, 'mptcp-fleet/RUN/steps'), 'utf8')).toBe('theirs\n')
    })
  })
})
