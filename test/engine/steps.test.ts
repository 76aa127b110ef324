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
import { firstSteps, newAttempt } from '../../src/engine/attempt.ts'
import { applyScript } from '../../src/engine/script/apply-script.ts'
import { dialogue } from '../../src/engine/script/dialogue.ts'
import { parseSections } from '../../src/engine/script/frame.ts'
import type { ScriptPart } from '../../src/transport/types.ts'
import type { PlannedChange, Step, WriteStep } from '../../src/model/change.ts'
import { Secret } from '../../src/model/secret.ts'
import { scriptText } from '../support/sh.ts'
import { runShell } from '../support/shell-transport.ts'

const nonce = 'mf00112233445566778899aabb'
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-steps-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, maxRetries: 10 })
  rmSync(`${folder}.run`, { recursive: true, maxRetries: 10, force: true })
})

const id = (): string => `test-${path.basename(folder)}`

/** The apply script without a guard. */
function scriptOf(steps: Step[]): ScriptPart[] {
  const attempt = newAttempt(id(), 1, [change(steps)], null)
  return applyScript(nonce, { ...attempt, owner: 'me', facts: [], steps: firstSteps(attempt), undo: [] }).script
}

function change(steps: Step[]): PlannedChange {
  const base = { fact: 'x', before: 0, after: 1, summary: 's', undo: [], disruptive: false }
  return { ...base, apply: steps, host: 'h', task: 't', module: 'm', taskIndex: 0, checkOnly: false }
}

/** Says what the controller would: go on, and then that all was read (not, where the record is to stay). */
async function run(
  steps: Step[],
  words: Readonly<Record<string, string | null>> = { go: 'go', end: 'ack' },
): Promise<{ rcs: (number | null)[]; stderr: string[]; notStarted: string }> {
  const talk = dialogue(nonce)
  for (const [name, word] of Object.entries(words)) talk.on(name, () => word)
  const done = await runShell({ script: scriptOf(steps), ...talk.request }, { ...process.env, SETTINGS: folder })
  const sections = parseSections(nonce, done.stdout, done.stderr)
  const own = [...sections].flatMap(([name, part]) => (/^s\d/.test(name) ? [part] : []))
  const early = ['lock', 'ready'].flatMap((name) => sections.get(name)?.stderr ?? [])
  return { rcs: own.map((part) => part.rc), stderr: own.map((part) => part.stderr), notStarted: early.join('') }
}

function write(name: string, bytes: WriteStep['bytes'], mode = '0644'): WriteStep {
  const { uid, gid } =
    process.getuid === undefined ? { uid: 0, gid: 0 } : { uid: process.getuid(), gid: process.getgid!() }
  return { kind: 'write', path: path.join(folder, name), bytes, mode, owner: String(uid), group: String(gid) }
}

describe('steps', () => {
  test('write replaces a file to the byte, with its mode, and leaves no temporary behind', async () => {
    writeFileSync(path.join(folder, 'a b'), 'old')
    const bytes = 'first line\n\ttab \'quote\' "double" $HOME `id` \\ ü\u0001 no newline at end'
    expect((await run([write('a b', bytes, '0640')])).rcs).toEqual([0])
    expect(readFileSync(path.join(folder, 'a b'), 'utf8')).toBe(bytes)
    expect(lstatSync(path.join(folder, 'a b')).mode & 0o7777).toBe(0o640)
    expect(readdirSync(folder)).toEqual(['a b'])
  })

  test('an empty file and one of a megabyte', async () => {
    const big = 'x'.repeat(1024 * 1024)
    expect((await run([write('empty', ''), write('big', big)])).rcs).toEqual([0, 0])
    expect(readFileSync(path.join(folder, 'empty'), 'utf8')).toBe('')
    expect(readFileSync(path.join(folder, 'big'), 'utf8')).toBe(big)
  })

  test('symbolic links are refused, for writing and for removing', async () => {
    writeFileSync(path.join(folder, 'target'), 'mine')
    symlinkSync('target', path.join(folder, 'link'))
    expect(await run([write('link', 'evil')])).toMatchObject({
      rcs: [1],
      stderr: [`${folder}/link is a symbolic link: refused\n`],
    })
    expect((await run([{ kind: 'remove', path: path.join(folder, 'link') }])).rcs).toEqual([1])
    expect(readFileSync(path.join(folder, 'target'), 'utf8')).toBe('mine')
  })

  test('a planted temporary is not written through', async () => {
    writeFileSync(path.join(folder, 'victim'), 'mine')
    symlinkSync('victim', path.join(folder, `.file.${id()}.new`))
    expect((await run([write('file', 'evil')])).rcs).toEqual([1])
    expect(readFileSync(path.join(folder, 'victim'), 'utf8')).toBe('mine')
  })

  test('remove is content with a file that is absent', async () => {
    expect((await run([{ kind: 'remove', path: path.join(folder, 'none') }])).rcs).toEqual([0])
  })

  test('stops at the first failure', async () => {
    const steps: Step[] = [
      { kind: 'run', argv: ['touch', path.join(folder, 'one')] },
      { kind: 'run', argv: ['sh', '-c', 'echo broken >&2; exit 4'] },
      { kind: 'run', argv: ['touch', path.join(folder, 'three')] },
    ]
    expect(await run(steps)).toMatchObject({ rcs: [0, 4], stderr: ['', 'broken\n'] })
    expect(existsSync(path.join(folder, 'three'))).toBe(false)
  })

  test('a program that hangs is stopped after its own limit', async () => {
    expect((await run([{ kind: 'run', argv: ['sleep', '60'], timeout: 1 }])).rcs).toEqual([124])
  })

  test('stdin reaches the program, and arguments are never interpreted', async () => {
    const out = path.join(folder, 'out')
    const argv = ['sh', '-c', 'cat >"$0"; printf %s "$1" >>"$0"', out, `a'b"c$(id)\n;`]
    expect((await run([{ kind: 'run', argv, stdin: 'in\n' }])).rcs).toEqual([0])
    expect(readFileSync(out, 'utf8')).toBe(`in\na'b"c$(id)\n;`)
  })

  test('a secret is read only when the script is streamed', async () => {
    let reads = 0
    const secret = new Secret(() => {
      reads++
      return 'hunter2'
    })
    const script = scriptOf([write('s', secret, '0600')])
    expect(JSON.stringify(script)).not.toContain(Buffer.from('hunter2').toString('base64'))
    expect(reads).toBe(0)
    expect(scriptText(script)).toContain(Buffer.from('hunter2').toString('base64'))
  })

  test('a folder without write permission is a failure that says so', async () => {
    chmodSync(folder, 0o555)
    const { rcs, stderr } = await run([{ ...write('x', 'y'), path: '/proc/mptcp-fleet-none' }])
    chmodSync(folder, 0o755)
    expect(rcs).toEqual([1])
    expect(stderr[0]).toContain('cannot write /proc/.mptcp-fleet-none')
  })

  test('files are copied beside themselves first, and the copies are gone afterwards', async () => {
    writeFileSync(path.join(folder, 'a'), 'old')
    chmodSync(path.join(folder, 'a'), 0o604)
    const seen = path.join(folder, 'seen')
    const look: Step = {
      kind: 'run',
      argv: ['sh', '-c', `cat .a.${id()} >'${seen}'; stat -c %a .a.${id()} >>'${seen}'`],
      chdir: folder,
    }
    expect((await run([write('a', 'new'), look])).rcs).toEqual([0, 0])
    expect(readFileSync(seen, 'utf8')).toBe('old604\n')
    expect(readdirSync(folder).toSorted()).toEqual(['a', 'seen'])
  })

  test('a planted copy is neither followed nor overwritten, and nothing begins', async () => {
    writeFileSync(path.join(folder, 'victim'), 'mine')
    writeFileSync(path.join(folder, 'file'), 'old')
    symlinkSync('victim', path.join(folder, `.file.${id()}`))
    const { rcs, notStarted } = await run([write('file', 'new')])
    expect(rcs).toEqual([])
    expect(notStarted).toContain('is there already: refused')
    expect(readFileSync(path.join(folder, 'victim'), 'utf8')).toBe('mine')
    expect(readFileSync(path.join(folder, 'file'), 'utf8')).toBe('old')
  })

  test('without the word nothing begins, and nothing stays', async () => {
    for (const words of [{ go: 'no' }, { go: null }]) {
      expect((await run([write('x', 'y')], words)).rcs).toEqual([])
      expect(readdirSync(folder)).toEqual([])
      expect(existsSync(`${folder}.run`)).toBe(false)
    }
  })

  test('a step that prints without end is cut to what is kept, and goes on', async () => {
    const flood: Step = { kind: 'run', argv: ['sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" x; echo end >&2'] }
    const { rcs, stderr } = await run([flood])
    expect([rcs, stderr]).toEqual([[0], ['end\n']])
  })

  describe('the record of results on the host', () => {
    const steps: Step[] = [{ kind: 'run', argv: ['true'] }]

    test('holds each step with its status until the results have arrived', async () => {
      expect((await run(steps, { go: 'go', end: null })).rcs).toEqual([0])
      expect(readFileSync(path.join(`${folder}.run`, id(), 'steps'), 'utf8')).toBe('b 0\n0 0\n')
      expect(readFileSync(path.join(`${folder}.run`, id(), 'outcome'), 'utf8')).toBe('done\n')
      rmSync(`${folder}.run`, { recursive: true })
      expect((await run(steps)).rcs).toEqual([0])
      expect(existsSync(`${folder}.run`)).toBe(false)
    })

    const isRoot = process.getuid?.() === 0
    const skipped = isRoot ? '' : ' (skipped: only root can give a folder away)'
    test.runIf(isRoot).each<[string, (run: string) => void]>([
      ['a link', (own) => symlinkSync('/tmp', own)],
      ["another user's", (own) => (mkdirSync(own, { mode: 0o700 }), chownSync(own, 65_534, 65_534))],
      ['open to others', (own) => (mkdirSync(own), chmodSync(own, 0o755))],
      ["another run's of the same name", (own) => mkdirSync(path.join(own, id()), { recursive: true, mode: 0o700 })],
    ])(`is not written where the folder is %s: nothing begins${skipped}`, async (_, prepare) => {
      prepare(`${folder}.run`)
      const { rcs, notStarted } = await run(steps)
      expect(rcs).toEqual([])
      expect(notStarted).toMatch(/cannot be made/)
    })
  })
})
