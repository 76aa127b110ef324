/** This machine as a host: scripts only read here, or write below a folder of their own. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import type { HostError } from '../../src/model/errors.ts'
import { Secret } from '../../src/model/secret.ts'
import { createSshTransport } from '../../src/transport/ssh.ts'
import type { SshTransportOptions } from '../../src/transport/ssh.ts'
import type { Session, Transport } from '../../src/transport/types.ts'
import { request, targetOf } from './support.ts'
import type { ConnectionParts } from './support.ts'

const dir = mkdtempSync(join(tmpdir(), 'fleet-local-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const open: Transport[] = []
afterEach(async () => await Promise.all(open.splice(0).map((transport) => transport.close())))

const { signal } = new AbortController()

async function here(connection: ConnectionParts = {}, options: SshTransportOptions = {}): Promise<Session> {
  const transport = createSshTransport({ env: { PATH: process.env['PATH'] }, ...options })
  open.push(transport)
  return await transport.connect(targetOf({ local: true, ...connection }), signal)
}

function newGate(): { opened: Promise<void>; open: () => void } {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

const failureOf = (promise: Promise<unknown>): Promise<HostError> =>
  promise.then(
    () => expect.fail('should have failed'),
    (error: unknown) => error as HostError,
  )

/** Like sudo -S: asks, reads one line, and asks again where it is not `right`. */
const SUDO = `#!/bin/sh
prompt=$3
printf %s "$prompt" >&2
IFS= read -r password
if [ "$password" != right ]; then echo 'Sorry, try again.' >&2; printf %s "$prompt" >&2; read -r again; exit 1; fi
while [ "$1" != -- ]; do shift; done
shift
BECAME=1; export BECAME
exec "$@"
`

function withSudo(): SshTransportOptions {
  writeFileSync(join(dir, 'sudo'), SUDO)
  chmodSync(join(dir, 'sudo'), 0o755)
  return { env: { PATH: `${dir}:${process.env['PATH']}` } }
}

const asOther = (password: string): ConnectionParts => ({
  become: { user: 'somebody-else', password: new Secret(password) },
})

test('a script gets its stdin, and says what it prints and how it ended', async () => {
  const session = await here()
  const lines: string[] = []
  const asked = newGate()
  async function* stdin() {
    await asked.opened
    yield 'one\n'
    yield 'two\n'
  }
  const script = 'echo ask; read -r a; read -r b; echo "$b $a"; pwd; echo err >&2; exit 3'
  const onLine = (line: string): void => {
    lines.push(line)
    asked.open()
  }
  const result = await session.exec(request(script, { stdin: stdin(), onLine }))
  expect(result).toEqual({ end: 'exited', rc: 3, stdout: 'ask\ntwo one\n/\n', stderr: 'err\n' })
  expect(lines).toEqual(['ask', 'two one', '/'])
  expect(await session.exec(request('kill -KILL $$'))).toMatchObject({ end: 'exited', rc: 137 })
  expect(session.usage()).toMatchObject({ execs: 2 })
  expect(session.usage().bytesReceived).toBeGreaterThan(10)
})

test('each exec is a process of its own, and several run at once', async () => {
  const session = await here()
  const runs = await Promise.all([1, 2, 3].map((n) => session.exec(request(`echo ${n}$x; x=1`))))
  expect(runs.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n'])
})

test('privileges are raised by sudo, whose password is in no argument and no environment', async () => {
  const session = await here(asOther('right'), withSudo())
  const script =
    'echo "$BECAME"; p=$$; while [ "$p" -gt 1 ]; do tr "\\0" " " </proc/$p/cmdline; p=$(ps -o ppid= -p "$p"); done; env'
  const { end, stdout } = await session.exec(request(script))
  expect({ end, became: stdout.slice(0, 2) }).toEqual({ end: 'exited', became: '1\n' })
  expect(stdout).not.toContain('right')
  expect((await session.exec(request('echo "$BECAME"', { become: false }))).stdout).toBe('\n')
  const wrong = await failureOf((await here(asOther('wrong'), withSudo())).exec(request('true')))
  expect(wrong.data).toMatchObject({ code: 'become-password-wrong', detail: 'on this machine' })
})

test('who runs this needs no sudo to be who they are', async () => {
  const session = await here({ user: 'me', become: { user: 'me', password: null } }, { env: { PATH: '/usr/bin:/bin' } })
  expect((await session.exec(request('echo hi'))).stdout).toBe('hi\n')
})

test('secrets of our environment stay here', async () => {
  const env = { PATH: process.env['PATH'], ANSIBLE_BECOME_PASS: 'x1', TOKEN: 'hunter22', PLAIN: 'y' }
  const session = await here({}, { env, isSecret: (text) => text.includes('hunter22') })
  const { stdout } = await session.exec(request('env'))
  expect(stdout).toContain('PLAIN=y')
  expect(stdout).not.toMatch(/x1|hunter22/)
})

test('time, output and an abort end it', async () => {
  const session = await here()
  expect(await session.exec(request('sleep 60', { timeoutSeconds: 1 }))).toMatchObject({ end: 'timed-out', rc: null })
  const loud = await session.exec(request('yes 2>/dev/null', { outputCap: 1000 }))
  expect(loud.end).toBe('output-cap')
  expect(loud.stdout).toHaveLength(1000)
  const stop = new AbortController()
  const cut = session.exec(request('echo begun; exec sleep 5', { signal: stop.signal, onLine: () => stop.abort() }))
  expect(await cut).toMatchObject({ end: 'aborted', stdout: 'begun\n' })
})

test('what a script leaves behind keeps nobody waiting', async () => {
  const session = await here()
  expect(await session.exec(request('sleep 30 & echo left'))).toEqual({
    end: 'exited',
    rc: 0,
    stdout: 'left\n',
    stderr: '',
  })
})

test('a script that has begun goes on when the session is closed, and none begins after it', async () => {
  const session = await here()
  const done = join(dir, 'done')
  const begun = newGate()
  const running = session.exec(
    request(`trap '' PIPE; echo begun; sleep 0.3; : >'${done}'`, { onLine: () => begun.open() }),
  )
  await begun.opened
  await session.close()
  expect(await running).toMatchObject({ end: 'lost', rc: null })
  await vi.waitFor(() => expect(existsSync(done)).toBe(true), 5000)
  expect((await failureOf(session.exec(request('true')))).data.code).toBe('connection-lost')
})

test('nothing is run once the run was called off', async () => {
  const transport = createSshTransport({ env: {} })
  open.push(transport)
  const failed = await failureOf(transport.connect(targetOf({ local: true }), AbortSignal.abort()))
  expect(failed.data).toMatchObject({ code: 'aborted', summary: 'connecting to this machine was called off' })
})
