import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UNKNOWN } from '../../src/model/change.ts'
import { Secret } from '../../src/model/secret.ts'
import type { Redactor } from '../../src/text/redact.ts'
import { createRedactor } from '../../src/text/redact.ts'
import { shellQuote } from '../../src/text/shell.ts'

function knowing(...secrets: string[]): Redactor {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(new Secret(secret), 'ansible_password')
  return redactor
}

/** What base64 can show of a secret that stands between other bytes: the characters that hold nothing else. */
const between = (before: number, secret: string): string =>
  Buffer.concat([Buffer.alloc(before, 'p'), Buffer.from(secret), Buffer.from('after')]).toString('base64')

const python = (program: string, text: string): string => {
  const done = spawnSync('python3', ['-c', program], { input: text, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  return done.stdout
}

/** Nasty to every encoder, and long enough to be looked for. */
const secret = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from(`aB3 '"\\$\`/?&=+%#<>!*()~é€𝄞\t`)), minLength: 4, maxLength: 24 }),
  fc.string({ unit: 'grapheme', minLength: 4, maxLength: 24 }),
)
const nasty = String.raw`a b'c"d\e$f/g?h&i=j+k%l#m<n>é€`

describe('a secret', () => {
  it('is found in what encoders make of it', () => {
    fc.assert(
      fc.property(secret, fc.nat(5), (value, before) => {
        fc.pre(value.trim().length >= 4 && Buffer.from(value).toString() === value)
        const redactor = knowing(value)
        const shown = {
          plain: value,
          shell: shellQuote(value),
          json: JSON.stringify({ value }),
          twice: JSON.stringify({ text: JSON.stringify({ value }) }),
          url: encodeURIComponent(value),
          lower: encodeURIComponent(value).replaceAll(/%../g, (hex) => hex.toLowerCase()),
          whole: encodeURI(value),
          form: new URLSearchParams({ value }).toString(),
          base64: Buffer.from(value).toString('base64'),
          base64url: Buffer.from(value).toString('base64url'),
          hex: Buffer.from(value).toString('hex'),
          HEX: Buffer.from(value).toString('hex').toUpperCase(),
        }
        const expected = {
          plain: '[secret]',
          shell: expect.stringMatching(/^'?\[secret\]'?$/),
          json: '{"value":"[secret]"}',
          twice: String.raw`{"text":"{\"value\":\"[secret]\"}"}`,
          url: '[secret]',
          lower: '[secret]',
          whole: '[secret]',
          form: 'value=[secret]',
          base64: '[secret]',
          base64url: '[secret]',
          hex: '[secret]',
          HEX: '[secret]',
        }
        expect(redactor.value(shown)).toEqual(expected)
        const inside = redactor.text(between(before, value))
        // What is left of it are the characters at its ends that hold bits of its neighbours too.
        expect(inside.split('[secret]')).toHaveLength(2)
        const [head = ''] = inside.split('[secret]')
        expect(head.length - Math.floor((before * 8) / 6)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['shlex.quote', 'import shlex,sys; print(shlex.quote(sys.stdin.read()))'],
    ['repr', 'import sys; print(repr(sys.stdin.read()))'],
    ['json.dumps', 'import json,sys; print(json.dumps(sys.stdin.read()))'],
    ['quote', 'import sys,urllib.parse as u; print(u.quote(sys.stdin.read()))'],
    ['quote of all', 'import sys,urllib.parse as u; print(u.quote(sys.stdin.read(), safe=""))'],
    ['quote_plus', 'import sys,urllib.parse as u; print(u.quote_plus(sys.stdin.read()))'],
    ['b64encode', 'import base64,sys; print(base64.b64encode(sys.stdin.buffer.read()).decode())'],
    ['urlsafe_b64encode', 'import base64,sys; print(base64.urlsafe_b64encode(sys.stdin.buffer.read()).decode())'],
    ['b2a_hex', 'import binascii,sys; print(binascii.b2a_hex(sys.stdin.buffer.read()).decode())'],
  ])("is found in what Python's %s makes of it", (_, program) => {
    expect(knowing(nasty).text(python(program, nasty))).toMatch(/^['"]?\[secret\]['"]?\n$/)
  })

  it.each([
    ['printf %q', 'printf %q "$s"'],
    ['set -x', '(set -x; : "$s") 2>&1'],
    ['declare', 'declare -p s'],
    ['${s@Q}', 'printf %s "${s@Q}"'],
  ])('is found in what bash shows with %s', (_, program) => {
    const value = String.raw`a b'c"d\e$f/g?h&i=j+k%l#m<n>`
    const { stdout } = spawnSync('bash', ['-c', `s=$(cat); ${program}`], { input: value, encoding: 'utf8' })
    expect(stdout).not.toBe('')
    expect(knowing(value).text(stdout)).toMatch(/^(?:[^\n]*(?:: |s=))?"?'?\[secret\]'?"?\n?$/)
  })

  it('is found line by line where it has several, as a key has', () => {
    const key = '-----BEGIN KEY-----\nAAAAB3Nza\n  indented\nxyz\r\nlast line\n'
    const redactor = knowing(key)
    expect(redactor.text(`a: ${key}`)).toBe('a: [secret]')
    expect(redactor.text('> AAAAB3Nza <\n> indented\nxyz\nlast line')).toBe('> [secret] <\n> [secret]\nxyz\n[secret]')
  })

  it('is hidden whole where several overlap, and beside another', () => {
    expect(knowing('abcdef', 'defghi').text('abcdefghi')).toBe('[secret]')
    expect(knowing('abcd', 'abcdefgh').text('xabcdefghx abcdx')).toBe('x[secret]x [secret]x')
    expect(knowing('abab').text('ababababx')).toBe('[secret]x')
    expect(knowing('abcd', 'efgh').text('abcdefgh')).toBe('[secret][secret]')
  })

  it('never survives: whatever text it stands in, it is not in what comes out', () => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 5 }), fc.string(), fc.string(), (values, a, b) => {
        fc.pre(values.every((value) => value.trim().length >= 4 && !'[secret]'.includes(value)))
        const redactor = knowing(...values)
        const out = redactor.text(`${a}${values.join(b)}${a}`)
        for (const value of values) expect(out.replaceAll('[secret]', '\0')).not.toContain(value)
      }),
    )
  })

  it('of fewer than 4 characters is not looked for, and warned of once by its name', () => {
    const redactor = knowing('abc', 'xyz', '', 'long enough')
    redactor.add(new Secret('123'), '--ask-pass')
    expect(redactor.text('abc xyz 123')).toBe('abc xyz 123')
    expect(redactor.warnings().map(({ severity, code, summary }) => [severity, code, summary])).toEqual(
      ['ansible_password', '--ask-pass'].map((origin) => [
        'warning',
        'short-secret',
        `${origin}: a secret of fewer than 4 characters cannot be kept out of what is shown`,
      ]),
    )
  })
})

describe('what is no secret', () => {
  it('comes back as it is, the very same where none is known', () => {
    const text = 'anything'
    const value = { a: [text, 1, null, UNKNOWN, new Secret('x')], b: new Map([['k', true]]) }
    expect(createRedactor().value(value)).toBe(value)
    expect(knowing('hidden value').value(value)).toEqual(value)
    expect(knowing('hidden value').occursIn(text)).toBe(false)
  })

  it('keeps its place around a secret, in keys, lists and mappings', () => {
    const redactor = knowing('pass word')
    const value = { 'x pass word': ['pass word', 7], m: new Map([['pass%20word', 'cGFzcyB3b3Jk']]), UNKNOWN }
    expect(redactor.value(value)).toEqual({
      'x [secret]': ['[secret]', 7],
      m: new Map([['[secret]', '[secret]']]),
      UNKNOWN,
    })
    expect(redactor.occursIn('a pass+word b')).toBe(true)
  })
})

/** Cuts a text at arbitrary places. */
function cutAt(text: string, places: readonly number[]): string[] {
  const at = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return at.slice(1).map((end, i) => text.slice(at[i], end))
}

describe('a text in pieces', () => {
  const small = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), minLength: 4, maxLength: 8 })

  it('gives the same as the whole, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(small, { minLength: 1, maxLength: 4 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', 'x'), maxLength: 60 }),
        fc.array(fc.nat(100), { maxLength: 10 }),
        (secrets, noise, places) => {
          const text = `${noise}${secrets.join(noise.slice(0, 5))}${noise}`
          const redactor = knowing(...secrets)
          const stream = redactor.stream()
          const out = cutAt(text, places).map((piece) => stream.write(piece))
          expect(out.join('') + stream.flush()).toBe(redactor.text(text))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('holds back only what may be the beginning of a secret', () => {
    const stream = knowing('tiger-in-the-tank').stream()
    expect(stream.write('password: ')).toBe('password: ')
    expect(stream.write('tiger-in')).toBe('')
    expect(stream.write('-a-cage\n')).toBe('tiger-in-a-cage\n')
    expect(stream.write('is tiger-in-the-')).toBe('is ')
    expect(stream.write('tank, and t')).toBe('[secret], and ')
    expect(stream.flush()).toBe('t')
    expect(stream.write('iger-in-the-tank')).toBe('iger-in-the-tank')
  })

  it('takes in a secret that becomes known on the way', () => {
    const redactor = createRedactor()
    const stream = redactor.stream()
    expect(stream.write('tiger-one')).toBe('tiger-one')
    redactor.add(new Secret('tiger-one'), '-k')
    expect(stream.write('tiger-')).toBe('')
    redactor.add(new Secret('tiger-two'), '-K')
    expect(stream.write('two tiger-one')).toBe('[secret] [secret]')
  })

  it('does not grow with the number of secrets or the length of the text', () => {
    const secrets = Array.from({ length: 50 }, (_, i) => `secret number ${i} 'with' "quotes" & such: ${'ab'.repeat(i)}`)
    const redactor = knowing(...secrets)
    const line = `${'secret number and nothing else; '.repeat(30)}\n`
    const stream = redactor.stream()
    let shown = 0
    for (let i = 0; i < 10_000; i++) shown += stream.write(i % 100 === 0 ? `${secrets[i % 50]}\n` : line).length
    shown += stream.flush().length
    expect(shown).toBe(9900 * line.length + 100 * '[secret]\n'.length)
  })
})
