import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { redacted } from '../../src/cli/io.ts'
import { Secret } from '../../src/model/secret.ts'
import { createRedactor } from '../../src/text/redact.ts'

function output(): { out: ReturnType<typeof redacted>; written: () => string; know: (secret: string) => void } {
  let written = ''
  const secrets = createRedactor()
  const stream = { write: (text: string) => (written += text), isTTY: true, columns: 99, rows: 7 }
  const know = (secret: string): void => secrets.add(new Secret(secret), '-k')
  return { out: redacted(stream, secrets), written: () => written, know }
}

it('is the stream itself while no secret is known', () => {
  const { out, written } = output()
  out.write('as it is')
  expect(written()).toBe('as it is')
  expect([out.isTTY, out.columns, out.rows]).toEqual([true, 99, 7])
})

it('lets no secret through, also one that is written in two pieces', () => {
  const { out, written, know } = output()
  know('tiger-in-the-tank')
  out.write('one tiger-in-the-tank, two tiger-')
  out.write('in-the-tank.\n')
  expect(written()).toBe('one [secret], two [secret].\n')
})

it('holds nothing back for longer than a turn of the loop', async () => {
  const { out, written, know } = output()
  know('Pass: word')
  out.write('SSH Pass: ')
  expect(written()).toBe('SSH ')
  await nextTurn()
  expect(written()).toBe('SSH Pass: ')
  out.write('P')
  out.flush()
  expect(written()).toBe('SSH Pass: P')
})
