import { expect, it } from 'vitest'
import { Secret } from '../../src/model/secret.ts'
import { createRedactor } from '../../src/text/redact.ts'
import { addSecrets, addSecretVars } from '../../src/text/secrets.ts'

it('finds secrets wherever they are inside of a value, and nothing else', () => {
  const redactor = createRedactor()
  addSecrets(redactor, { a: [new Map([['b', new Secret('first one')]])], c: null, d: 'plain text' }, 'task')
  addSecretVars(redactor, {
    ansible_password: new Secret('second one'),
    pin: new Secret('12'),
    n: 1,
    text: 'plain text',
  })
  expect(redactor.text('first one, second one, plain text, 12')).toBe('[secret], [secret], plain text, 12')
  expect(redactor.warnings().map((warning) => warning.summary)).toEqual([expect.stringMatching(/^pin: /)])
})
