import { describe, expect, it } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { command } from '../../src/cli/commands/status.ts'
import { parseCommandLine } from '../../src/cli/parse.ts'
import { createWindow } from '../../src/cli/view/window.ts'
import { makeFiles } from '../inventory/files.ts'
import { testIo } from './test-io.ts'

describe('--watch', () => {
  it.each([
    [[], null, []],
    [['--watch'], 2, []],
    [['--watch', '5'], 5, []],
    [['--watch=0.5', 'web'], 0.5, ['web']],
    [['--watch', 'web'], 2, ['web']],
    [['web', '--watch', '-v'], 2, ['web']],
    [['--', '--watch'], null, []],
  ])('%j', async (argv, seconds, args) => {
    const parsed = await parseCommandLine('status', command, argv)
    expect(parsed).toMatchObject({ kind: 'run', invocation: { args, flags: { watch: seconds } } })
  })

  it.each([
    [['--watch', '0'], 'must be at least 0.5'],
    [['--watch=x'], 'must be a number'],
    [['--report', 'x.html'], 'name a .json file'],
    [['--output', 'ndjson'], 'must be one of text, json'],
  ])('%j is wrong usage', async (argv, message) => {
    const { io, err } = testIo()
    expect(await dispatch(['status', ...argv], io)).toBe(5)
    expect(err()).toContain(message)
  })
})

describe('what cannot start', () => {
  it.each([
    [['status'], 'no inventory is given'],
    [['status', '-i', 'hosts.yml', 'wbe'], 'did you mean "web"'],
    [['status', '-i', 'hosts.yml', 'web', '-l', 'db'], 'no host is selected'],
  ])('%j', async (argv, message) => {
    const cwd = makeFiles({ 'hosts.yml': 'all: {hosts: {web: , db: }}\n' })
    const { io, out, err } = testIo({ cwd })
    expect(await dispatch(argv, io)).toBe(1)
    expect(err()).toContain(message)
    expect(out()).toBe('')
  })
})

describe('the window of a watch', () => {
  it('is blocks with a blank line between them without a terminal', () => {
    const { io, out } = testIo()
    const window = createWindow(io)
    window.open()
    window.show('one\n')
    window.show('two\n')
    expect(window.close()).toBe(false)
    expect(out()).toBe('one\n\ntwo\n')
  })

  it('is drawn in place on a terminal, cut to its height, and given back', () => {
    let written = ''
    const stdout = { write: (text: string): unknown => (written += text), isTTY: true, columns: 80, rows: 3 }
    const window = createWindow({ stdout, env: {} })
    window.open()
    expect(written).toContain('\u001B[?1049h')
    written = ''
    window.show('1\n2\n3\n4\n5\n')
    expect(written).toBe('\u001B[H1\u001B[K\r\n2\u001B[K\r\n… 3 more lines\u001B[K\u001B[J')
    expect(window.close()).toBe(true)
    expect(written.endsWith('\u001B[?1049l')).toBe(true)
  })
})
