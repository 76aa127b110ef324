import { describe, expect, it } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import { commands } from '../../src/cli/commands.ts'
import { reportError, usageError } from '../../src/cli/errors.ts'
import { DiagnosticsError, errorDiagnostic } from '../../src/model/diagnostic.ts'
import { ExitError } from '../../src/model/errors.ts'
import { testIo } from './test-io.ts'

async function call(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { io, out, err } = testIo()
  const code = await dispatch(argv, io)
  return { code, out: out(), err: err() }
}

describe('dispatch', () => {
  it.each(['--version', '-V'])('%s', async (flag) => {
    expect(await call(flag)).toEqual({ code: 0, out: 'mptcp-fleet 9.8.7\n', err: '' })
  })

  it.each(['--help', '-h', 'help'])('%s lists commands and exit codes', async (flag) => {
    const { code, out } = await call(flag)
    expect(code).toBe(0)
    expect(out).toContain('  apply PLAYBOOK…')
    expect(out).toContain('  250  a bug in this program')
    expect(out).not.toContain('demo')
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it.each([
    [[], 'no command given'],
    [['aply'], 'did you mean "apply"?'],
    [['xyzzy-nothing'], '--help lists them'],
    [['-v', 'plan'], 'the command comes first'],
    [['plan'], 'too few arguments: mptcp-fleet plan PLAYBOOK…'],
    [['pair', 'a'], 'too few arguments'],
    [['pair', 'a', 'b', 'c'], 'too many arguments'],
    [['plan', 'x.yml', '--dif'], 'did you mean "--diff"?'],
    [['plan', 'x.yml', '--constructor'], 'unknown flag --constructor'],
    [['plan', 'x.yml', '--output', 'xml'], 'must be one of text, json, ndjson'],
    [['apply', '--resume', 'last', '--check'], '--resume asks hosts, and takes back what was never confirmed'],
    [['plan', 'x.yml', '--forks', 'many'], '--forks many: must be a number'],
    [['plan', 'x.yml', '-f', '0'], 'must be a whole number from 1'],
    [['plan', 'x.yml', '--report', 'x.pdf'], 'no report format has this ending; there is .json'],
    [['plan', 'x.yml', '-i'], '-i needs a value'],
    [
      ['plan', 'x.yml', '-l', '-web1'],
      '-l needs a value\n    hint: a value that begins with - is written --limit=-web1',
    ],
    [['plan', 'x.yml', '--limit', '--check'], 'is written --limit=--check'],
    [['plan', 'x.yml', '-i', ''], 'must not be empty'],
  ])('%j is wrong usage', async (argv, text) => {
    const { code, out, err } = await call(...argv)
    expect(err).toContain(text)
    expect({ code, out }).toEqual({ code: 5, out: '' })
  })

  it.each(commands.map((command) => command.name))('%s --help shows usage and flags at once', async (name) => {
    const { code, out, err } = await call(name, '--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`Usage: mptcp-fleet ${name}`)
    expect(out).toContain('  -h, --help')
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it.each(commands.map((command) => command.name))('help %s does the same', async (name) => {
    expect((await call('help', name)).out).toBe((await call(name, '--help')).out)
  })
})

const at = (line: number) => ({ source: { file: 'p.yml', line, column: 3 }, hint: `hint ${line}` })

describe('reportError', () => {
  it.each([
    [new ExitError(99), 99, ''],
    [new ExitError(7, 'seven'), 7, 'mptcp-fleet: seven\n'],
    [usageError('wrong', 'right'), 5, 'mptcp-fleet: wrong\n    hint: right\n'],
    [new ExitError(7, 'a\u001B[2J'), 7, 'mptcp-fleet: a\\x1b[2J\n'],
  ])('%o', async (error, code, text) => {
    const { io, err } = testIo()
    expect(await reportError(error, io)).toBe(code)
    expect(err()).toBe(text)
  })

  it('shows all diagnostics in order', async () => {
    const { io, err } = testIo()
    const error = new DiagnosticsError([errorDiagnostic('x', 'late', at(9)), errorDiagnostic('x', 'early', at(2))])
    expect(await reportError(error, io)).toBe(1)
    expect(err()).toBe('p.yml:2:3: early\n    hint: hint 2\np.yml:9:3: late\n    hint: hint 9\n')
  })

  it('shows the stack of a bug', async () => {
    const { io, err } = testIo()
    expect(await reportError(new TypeError('oops'), io)).toBe(250)
    expect(err()).toContain('a bug in this program')
    expect(err()).toContain('dispatch.test.ts')
  })
})
