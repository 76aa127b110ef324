/** The lab command as people use it. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { cli, workFolder } from './support/cli.ts'
import { sh, tracesOf } from './support/machine.ts'

const work = workFolder()
afterAll(() => work.remove())

const lab = (...args: string[]): ReturnType<typeof cli> => cli(['lab', ...args], { cwd: work.folder })
const dirOf = (name: string): string => path.join(work.folder, '.mptcp-fleet/lab', name)
const main = path.resolve(import.meta.dirname, '../../dist/main.js')

test('up, status, ssh, reboot, down', async () => {
  const file = work.write(
    'two.yml',
    'hosts: {one: {kind: light}, two: {kind: light}}\nlinks: {lan: {hosts: {one: 192.0.2.1/24}}}\n',
  )
  const up = await lab('up', file)
  expect(up).toMatchObject({ code: 0, stdout: `${dirOf('two')}/inventory.yml\n` })
  expect(up.stderr).toMatch(/one is up at 100\./)

  expect((await lab('status')).stdout).toMatch(/^two: up\n {2}one +running {2}light +100\.\S+ +lan 192\.0\.2\.1\/24\n/)
  expect(await lab('ssh', 'one', '--', 'hostname; exit 7')).toMatchObject({ code: 7, stdout: 'one\n' })
  // Several words reach the program as they are.
  const words = ['sh', '-c', 'echo "$1|$0"; exit 3', 'a  b', '$HOME; "c']
  expect(await lab('ssh', 'one', '--', ...words)).toMatchObject({ code: 3, stdout: '$HOME; "c|a  b\n' })
  expect(await lab('up', file)).toMatchObject({ code: 0, stderr: 'it is up already\n' })
  const other = await lab('up', 'pair', '--lab', 'two')
  expect(other.code).toBe(1)
  expect(other.stderr).toContain('mptcp-fleet lab down --lab two')
  const unknown = await lab('ssh', 'three')
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain('there is no host three in the lab')

  await lab('ssh', 'one', '--', 'ip mptcp limits set subflows 7')
  expect((await lab('reboot', 'one')).code).toBe(0)
  expect((await lab('ssh', 'one', '--', 'ip mptcp limits')).stdout).toContain('subflows 2')

  expect((await lab('down')).code).toBe(0)
  expect(await tracesOf(dirOf('two'))).toEqual([])
  expect(await lab('status')).toMatchObject({ code: 0, stdout: 'no lab here; mptcp-fleet lab up boots one\n' })
})

test('a host comes up again although the address of a card was changed on it', async () => {
  const file = work.write('moved.yml', 'hosts: {one: {}}\nlinks: {lan: {hosts: {one: 192.0.2.1/24}}}\n')
  expect((await lab('up', file)).code).toBe(0)
  const profile = '$(nmcli -g UUID connection show --active | head -n 1)'
  const moved = await lab('ssh', 'one', '--', `nmcli connection modify ${profile} ipv4.addresses 192.0.2.9/24`)
  expect(moved, moved.stderr).toMatchObject({ code: 0 })
  const began = performance.now()
  const again = await lab('reboot', 'one')
  expect(again).toMatchObject({ code: 0 })
  expect(again.stderr).toContain('one is up again\nwarning: its cards lack 192.0.2.1, which the topology gives them\n')
  expect((performance.now() - began) / 1000).toBeLessThan(60)
  expect((await lab('down')).code).toBe(0)
})

test('a topology’s mistakes are told at their places, and nothing is made', async () => {
  const file = work.write('bad.yml', 'hosts:\n  one: {knd: light}\nlinks:\n  lan: {hosts: {two: 192.0.2.1/24}}\n')
  const up = await lab('up', file)
  expect(up.code).toBe(1)
  expect(up.stderr).toContain(`${file}:2:9: `)
  expect(up.stderr).toContain('did you mean "kind"?')
  expect(await tracesOf(dirOf('bad'))).toEqual([])
})

test('a lab that is not there: said so, and nothing is taken for one', async () => {
  expect(await lab('ssh', 'one')).toMatchObject({ code: 1, stderr: expect.stringContaining('mptcp-fleet lab up') })
  expect(await lab('down', '--lab', 'typo')).toMatchObject({
    code: 0,
    stderr: 'no lab typo here; nothing of it is left\n',
  })
  expect(await lab('down', '--all')).toMatchObject({ code: 0, stderr: 'no lab here\n' })
  const kept = work.write('inventory.yml', 'all: {}\n')
  const outside = await lab('down', '--lab', '../..')
  expect(outside.code).toBe(1)
  expect(outside.stderr).toContain('cannot be the name of a lab')
  expect(existsSync(kept)).toBe(true)
})

test('wrong use is told as such', async () => {
  for (const args of [['up', 'pair', 'x'], ['ssh'], ['frob'], ['status', 'x'], ['down', '--', 'x']]) {
    expect((await lab(...args)).code).toBe(5)
  }
})

test('without root it says so in one line', async () => {
  const args = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, main, 'lab', 'up']
  const { rc, stderr } = await sh(['setpriv', ...args])
  expect(rc).toBe(1)
  expect(stderr.replaceAll(/\s+/g, ' ').trim()).toMatch(/needs root: run the same command with sudo$/)
})

test('without root the demo says so in one line, before it makes anything', async () => {
  const args = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, main, 'demo']
  const { rc, stdout, stderr } = await sh(['setpriv', ...args])
  expect([rc, stdout]).toEqual([1, ''])
  expect(stderr.replaceAll(/\s+/g, ' ').trim()).toMatch(/needs root: run the same command with sudo$/)
})

/** Runs a command and, once a host is started, presses Ctrl-C so many times, 20 ms apart, as a terminal does it. */
async function interrupted(args: string[], times: number): Promise<number | null> {
  const child = spawn(process.execPath, [main, ...args], { cwd: work.folder, stdio: 'ignore', detached: true })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const dir = dirOf(args[0] === 'demo' ? 'demo' : 'pair')
  while (!(await tracesOf(dir)).some((trace) => trace.includes('systemd-nspawn'))) await sleep(10)
  for (let i = 0; i < times && child.exitCode === null; i++) {
    // To the whole process group.
    process.kill(-child.pid!, 'SIGINT')
    await sleep(20)
  }
  const code = await ended
  expect(await tracesOf(dir)).toEqual([])
  return code
}

test('Ctrl-C while booting: the lab is taken down, the code is 99', async () => {
  expect(await interrupted(['lab', 'up', 'pair'], 1)).toBe(99)
})

test('Ctrl-C again while it is taken down changes nothing', async () => {
  expect(await interrupted(['lab', 'up', 'pair'], 5)).toBe(99)
  expect(await interrupted(['demo'], 5)).toBe(99)
})

test('the demo begins with stock hosts whatever a killed one left, and leaves its reports alone', async () => {
  await lab('up', 'pair', '--lab', 'demo')
  await lab('ssh', 'system-a', '--lab', 'demo', '--', 'sysctl -w net.mptcp.enabled=1')
  const { code, stdout } = await cli(['demo'], { cwd: work.folder })
  expect(code, stdout).toBe(0)
  expect(stdout).toContain('sysctl/net.mptcp.enabled: 0 → 1')
  expect(stdout).toContain('Plan: no changes, 2 unchanged.')
  expect(await tracesOf(dirOf('demo'))).toEqual([])
  const folder = path.join(work.folder, '.mptcp-fleet')
  expect(readdirSync(path.join(folder, 'demo')).sort()).toEqual(['report-again.json', 'report.json'])
})
