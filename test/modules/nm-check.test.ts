/** What looks for a card's addresses on the host, in a real shell, with an `ip` that shows what a case says. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { addressSteps } from '../../src/modules/lib/nm-check.ts'
import { run } from '../../src/modules/lib/steps.ts'

const bin = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-test-'))
afterAll(() => rmSync(bin, { recursive: true }))

const program = (name: string, text: string): void => {
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`)
  chmodSync(path.join(bin, name), 0o755)
}
program('ip', 'printf "%s\\n" "$SHOWN" | grep -F " $7/"; exit 0')
program('sleep', 'exit 0')
program('back', 'echo "$*" >>"$SAID"; echo noise; [ "$1" != bad ]')

const BOTH = {
  'ipv4.method': 'manual',
  'ipv4.addresses': '192.0.2.20/24, 192.0.2.21/24',
  'ipv6.method': 'manual',
  'ipv6.addresses': '2001:DB8::20/64',
}
const FOUR = ['20', '21'].map((last) => `2: eth0    inet 192.0.2.${last}/24 brd 192.0.2.255 scope global eth0`)
const SIX = '2: eth0    inet6 2001:db8::20/64 scope global noprefixroute'

/** The step's end, with what `back` was told. */
function look(shown: readonly string[], ...back: string[][]): { rc: number | null; stderr: string; said: string } {
  const [step] = addressSteps(
    'eth0',
    BOTH,
    back.map((words) => run('back', ...words)),
  )
  const said = path.join(bin, 'said')
  writeFileSync(said, '')
  const env = { PATH: `${bin}:${process.env['PATH']}`, SHOWN: shown.join('\n'), SAID: said }
  const args = ['-c', step!.script!.text, 'sh', ...step!.argv.slice(2)]
  const { status, stdout, stderr } = spawnSync('sh', args, { env, encoding: 'utf8' })
  expect(stdout).toBe('')
  return { rc: status, stderr, said: spawnSync('cat', [said], { encoding: 'utf8' }).stdout }
}

const why = 'NetworkManager gives a card no address that another host of the network has\n'

test('all there: nothing is taken back', () => {
  expect(look([...FOUR, SIX], ['up'])).toEqual({ rc: 0, stderr: '', said: '' })
})

test('one is missing: what was before comes back, its words quoted', () => {
  expect(look([FOUR[0]!, SIX], ['modify', "a 'b'", ''], ['up'])).toEqual({
    rc: 1,
    stderr: `192.0.2.21/24 is not on eth0: ${why}what eth0 had before was brought up again\n`,
    said: "modify a 'b' \nup\n",
  })
})

test('what comes back in part is told', () => {
  const { stderr, said } = look([FOUR[0]!, SIX], ['bad'], ['up'])
  expect(stderr).toContain('what eth0 had before could not be brought up again')
  expect(said).toBe('bad\nup\n')
})

test.each(['tentative', 'dadfailed tentative'])('an IPv6 address that is %s is not there', (flags) => {
  expect(look([...FOUR, SIX.replace('global', `global ${flags}`)])).toEqual({
    rc: 1,
    stderr: `2001:db8::20/64 is not on eth0: ${why}`,
    said: '',
  })
})

test('another prefix length is another address', () => {
  const { stderr } = look([...FOUR.map((line) => line.replace('20/24', '20/16')), SIX])
  expect(stderr).toBe(`192.0.2.20/24 is not on eth0: ${why}`)
})

test('no step where nothing is static', () => {
  expect(addressSteps('eth0', { 'ipv4.method': 'auto', 'ipv6.method': 'disabled' }, [])).toEqual([])
})
