/** The lab command as people use it. */
import { spawn } from 'node:child_process'
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

test('a topology’s mistakes are told at their places, and nothing is made', async () => {
  const file = work.write('bad.yml', 'hosts:\n  one: {knd: light}\nlinks:\n  lan: {hosts: {two: 192.0.2.1/24}}\n')
  const up = await lab('up', file)
  expect(up.code).toBe(1)
  expect(up.stderr).toContain(`${file}:2:9: `)
  expect(up.stderr).toContain('did you mean "kind"?')
  expect(await tracesOf(dirOf('bad'))).toEqual([])
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

test('Ctrl-C while booting: the lab is taken down, the code is 99', async () => {
  const child = spawn(process.execPath, [main, 'lab', 'up', 'pair'], {
    cwd: work.folder,
    stdio: 'ignore',
    detached: true,
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  while (!(await tracesOf(dirOf('pair'))).some((trace) => trace.includes('systemd-nspawn'))) await sleep(10)
  // As a terminal does it: to the whole process group.
  process.kill(-child.pid!, 'SIGINT')
  expect(await ended).toBe(99)
  expect(await tracesOf(dirOf('pair'))).toEqual([])
})
