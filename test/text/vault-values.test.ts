import { describe, expect, it } from 'vitest'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'
import { Secret } from '../../src/model/secret.ts'
import { Unsafe } from '../../src/model/unsafe.ts'
import { createVault, openBytes } from '../../src/text/vault-values.ts'
import type { VaultPassword } from '../../src/text/vault.ts'
import { encryptVaultSync } from '../../src/text/vault.ts'
import { toValue } from '../../src/text/yaml-node.ts'
import { parseYaml } from '../../src/text/yaml.ts'

const given = (password: string, id = 'default'): VaultPassword => ({ id, password: new Secret(password) })
const sealed = (plain: string | Buffer, id = 'default'): string =>
  encryptVaultSync(Buffer.from(plain), given('right', id))
const source = { file: 'f.yml', line: 3, column: 5 }

function told(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    const [{ summary, hint, source: at } = expect.fail()] = error.diagnostics
    return `${at?.file}:${at?.line}:${at?.column}: ${summary}; ${hint}`
  }
  return expect.fail('should have been refused')
}

describe('a !vault value', () => {
  it('is opened when it is revealed, once, and told before anybody sees it', () => {
    const opened: string[] = []
    const vault = createVault([given('right')], (secret, origin) => opened.push(`${origin} ${secret.reveal()}`))
    const text = sealed('plain text')
    const secret = vault.value(text, source)
    expect([secret.sealed, opened, String(secret), JSON.stringify(secret)]).toEqual([
      text,
      [],
      '[secret]',
      '"[secret]"',
    ])
    expect([secret.reveal(), secret.reveal(), opened]).toEqual(['plain text', 'plain text', ['f.yml:3 plain text']])
  })

  it('that no password fits is told when it is used, with the ids that were tried and the one to give', () => {
    const secret = createVault([given('wrong', 'dev'), given('wrong too')]).value(sealed('x', 'prod'), source)
    expect(told(() => secret.reveal())).toBe(
      'f.yml:3:5: this cannot be decrypted: encrypted with vault id prod: no vault password that is given ' +
        '(vault ids: dev, default) opens it, or it was changed; give its password: --vault-id prod@FILE or --vault-id prod@prompt',
    )
    const none = createVault([]).value(sealed('x'), source)
    expect(told(() => none.reveal())).toContain(
      'it is encrypted, and no vault password is given; give its password: --vault-password-file FILE or --ask-vault-pass',
    )
  })

  it('that is damaged is told when it is read, whatever the passwords', () => {
    const text = sealed('x')
    const [header = '', first = ''] = text.split('\n')
    const cases = [
      ['plain', 'it does not begin with $ANSIBLE_VAULT;'],
      [header, 'salt, HMAC and content are not all there'],
      [text.replace(first, first.slice(1)), 'its body is not hexadecimal, or cut off'],
      [text.replace(first, `g${first.slice(1)}`), 'its body is not hexadecimal'],
      [text.trimEnd().slice(0, -2), 'its content is not hexadecimal, or cut off'],
      [text.trimEnd().slice(0, -4), 'the content is cut off'],
      [text.replace('1.1', '3.0'), 'vault version 3.0 is not known'],
      [text.replace('AES256', 'ROT13'), 'cipher ROT13 is not known'],
    ] as const
    for (const [damaged, why] of cases) {
      expect(told(() => createVault([given('right')]).value(damaged, source))).toContain(why)
    }
  })

  it('must be text', () => {
    const secret = createVault([given('right')]).value(sealed(Buffer.from([0xff, 0xfe])), source)
    expect(told(() => secret.reveal())).toContain('what is in it is not UTF-8 text')
  })
})

describe('a file', () => {
  it('that is encrypted is opened, others are left alone', async () => {
    const vault = createVault([given('right')])
    const bytes = Buffer.from('a: 1\n')
    expect(await openBytes(bytes, 'f', vault)).toBe(bytes)
    expect(Buffer.from(await openBytes(Buffer.from(sealed('a: 1\n')), 'f', vault)).toString()).toBe('a: 1\n')
    const wrong = openBytes(Buffer.from(sealed('a: 1\n')), 'f', createVault([given('wrong', 'dev')]))
    await expect(wrong).rejects.toMatchObject({ diagnostics: [{ code: 'vault', source: { file: 'f', line: 1 } }] })
  })
})

describe('tags', () => {
  const vault = createVault([given('right')])
  const block = (text: string): string => `!vault |\n${text.replaceAll(/^/gm, '    ').trimEnd()}\n`
  const read = (text: string): unknown => {
    const { node, diagnostics } = parseYaml(text, 'f.yml', vault)
    expect(diagnostics).toEqual([])
    return node === null ? null : toValue(node)
  }

  it('!vault gives a Secret that keeps what is written', () => {
    const text = sealed('panther')
    const { a, b } = read(`a: ${block(text)}b: 1\n`) as { a: Secret; b: number }
    expect([a.sealed, a.reveal(), b]).toEqual([text, 'panther', 1])
  })

  it('!unsafe gives text that is no template, whatever it looks like', () => {
    const value = read(
      'a: !unsafe "{{ x }}"\nb: !unsafe 12\nc: !unsafe [d, 1, {e: f}]\ng: &h [i]\nj: !unsafe {k: *h}\nl: *h\n',
    )
    expect(value).toEqual({
      a: new Unsafe('{{ x }}', true),
      b: new Unsafe('12', true),
      c: [new Unsafe('d', true), 1, { e: new Unsafe('f', true) }],
      g: ['i'],
      j: { k: [new Unsafe('i', true)] },
      l: ['i'],
    })
  })

  it('JSON has keys in their place, and YAML has not', () => {
    const text = sealed('panther')
    const json = JSON.stringify({
      a: { __ansible_vault: text },
      b: { __ansible_unsafe: '{{ x }}' },
      c: ['__ansible_vault'],
    })
    const { a, b } = read(json) as { a: Secret; b: Unsafe }
    expect([a.reveal(), b]).toEqual(['panther', new Unsafe('{{ x }}', true)])
    expect(read('{"a": {"__ansible_unsafe": x}}')).toEqual({ a: { __ansible_unsafe: 'x' } })
  })
})
