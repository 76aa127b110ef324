/** Nothing stays: after down, after an abort in mid-boot, and after a controller that was killed. */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { listCgroups, makeCgroup, processesOf, removeCgroup } from '../../src/lab/cgroup.ts'
import { labDown } from '../../src/lab/down.ts'
import { ANY_LAB } from '../../src/lab/names.ts'
import { parseTopology } from '../../src/lab/topology-parse.ts'
import { labUp, loadLab } from '../../src/lab/up.ts'
import { tracesOf } from './support/machine.ts'
import { testLabFolder } from './support/test-labs.ts'

const small = parseTopology('hosts: {one: {kind: light}, two: {kind: light}}', 'small.yml')

test('down leaves nothing, and down again does nothing', async () => {
  const dir = testLabFolder()
  const lab = await labUp({ topology: 'pair', dir })
  // Programs left running in a host and in its namespace belong to the lab.
  await lab.exec('system-a', 'nohup sleep 1000 >/dev/null 2>&1 &')
  await lab.freeze('system-b')
  expect(await tracesOf(dir)).not.toEqual([])
  await lab.down()
  expect(await tracesOf(dir)).toEqual([])
  await labDown(dir)
  expect(await tracesOf(dir)).toEqual([])
  await expect(loadLab(dir)).rejects.toThrow('no lab up')
})

test('up of the same topology gives the lab that is up; another topology is refused', async () => {
  const dir = testLabFolder()
  const first = await labUp({ topology: small, dir })
  await first.exec('one', 'touch /root/mark')
  const again = await labUp({ topology: small, dir })
  expect((await again.exec('one', 'ls /root/mark')).rc).toBe(0)
  await expect(labUp({ topology: 'pair', dir })).rejects.toThrow('another topology')
  await first.down()
})

test('two labs at once do not meet', async () => {
  const labs = await Promise.all([testLabFolder(), testLabFolder()].map((dir) => labUp({ topology: small, dir })))
  const addresses = labs.flatMap((lab) => lab.hosts.map((host) => host.address))
  expect(new Set(addresses).size).toBe(4)
  await labs[0]!.down()
  expect((await labs[1]!.exec('one', 'hostname')).stdout).toBe('one\n')
  await labs[1]!.down()
})

test('an abort in mid-boot takes away what was made', async () => {
  const dir = testLabFolder()
  const controller = new AbortController()
  const booting = labUp({ topology: 'pair', dir, signal: controller.signal })
  await traceAppears(dir, 'systemd-nspawn')
  controller.abort(new Error('stopped by the test'))
  await expect(booting).rejects.toThrow('stopped by the test')
  expect(await tracesOf(dir)).toEqual([])
})

test('a process that joins a host’s cgroup late does not hold it', async () => {
  const unit = `${ANY_LAB}test-${process.pid}`
  const { host } = await makeCgroup(unit)
  const late = spawn('sh', ['-c', 'for f; do echo $$ > $f; done; exec sleep 100', 'sh', ...host], { stdio: 'ignore' })
  const ended = new Promise<string | null>((done) => late.on('close', (_, signal) => done(signal)))
  while ((await processesOf(unit)).length === 0) await sleep(10)
  await removeCgroup(unit)
  expect(await ended).toBe('SIGKILL')
  expect(await listCgroups(unit)).toEqual([])
})

test.each([
  ['early', 'mount'],
  ['in mid-boot', 'systemd-nspawn'],
])('down clears up after a controller killed %s', async (_, trace) => {
  const dir = testLabFolder()
  const script = `import { labUp } from ${JSON.stringify(resolve('src/lab/up.ts'))}
await labUp({ topology: 'pair', dir: ${JSON.stringify(dir)} })`
  const controller = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: 'ignore',
  })
  const ended = new Promise((done) => controller.on('close', done))
  await traceAppears(dir, trace === 'mount' ? 'overlay' : trace)
  controller.kill('SIGKILL')
  await ended
  expect(JSON.parse(await readFile(`${dir}/state.json`, 'utf8'))).toMatchObject({ phase: 'starting' })
  await labDown(dir)
  // What the killed one had started may have been about to make something more.
  await sleep(500)
  expect(await tracesOf(dir)).toEqual([])
})

test('up after a killed controller clears away and boots', async () => {
  const dir = testLabFolder()
  const script = `import { labUp } from ${JSON.stringify(resolve('src/lab/up.ts'))}
await labUp({ topology: 'pair', dir: ${JSON.stringify(dir)} })`
  const controller = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: 'ignore',
  })
  const ended = new Promise((done) => controller.on('close', done))
  await traceAppears(dir, 'systemd-nspawn')
  controller.kill('SIGKILL')
  await ended
  const lab = await labUp({ topology: small, dir })
  expect((await lab.exec('two', 'hostname')).stdout).toBe('two\n')
  await lab.down()
  expect(await tracesOf(dir)).toEqual([])
})

async function traceAppears(dir: string, text: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(10)) {
    if ((await tracesOf(dir)).some((trace) => trace.includes(text))) return
  }
  throw new Error(`no ${text} of ${dir} within 60 s`)
}
