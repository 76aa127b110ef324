/** A real ssh-agent: its keys are used, and no host gets at it. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSshTransport } from '../../src/transport/ssh.ts'
import { hasSshd, makeSshdHome } from './sshd.ts'
import type { Sshd, SshdHome } from './sshd.ts'
import { request, targetOf } from './support.ts'
import type { ConnectionParts } from './support.ts'

const { signal } = new AbortController()
const { username: user } = userInfo()
let home: SshdHome
let sshd: Sshd
let socket: string
let agent: ReturnType<typeof spawn>

beforeAll(async () => {
  if (!hasSshd) return
  home = makeSshdHome()
  sshd = await home.start(['ed25519'], ['AllowAgentForwarding yes'])
  socket = join(home.dir, 'agent')
  agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  while (!existsSync(socket)) await sleep(20)
  execFileSync('ssh-add', ['-q', home.keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
})
afterAll(async () => {
  if (!hasSshd) return
  agent.kill()
  await once(agent, 'exit')
  await home.close()
})

async function say(script: string, connection: ConnectionParts): Promise<string> {
  const transport = createSshTransport({
    env: { PATH: process.env['PATH']!, SSH_AUTH_SOCK: socket },
    connectRetries: 0,
  })
  try {
    const session = await transport.connect(targetOf({ port: sshd.port, user, ...connection }), signal)
    return (await session.exec(request(script, { become: false }))).stdout
  } finally {
    await transport.close()
  }
}

const SOCKET = 'echo "socket ${SSH_AUTH_SOCK-none}"'

describe.skipIf(!hasSshd)('an agent (skipped where there is no sshd)', () => {
  it('logs in with its key, and is not forwarded', async () => {
    expect(await say(SOCKET, {})).toBe('socket none\n')
    expect(await say(SOCKET, { ssh: { identityAgent: socket } })).toBe('socket none\n')
  })

  it('is used for a key that is named by its public half', async () => {
    const ssh = { identitiesOnly: true, identityFiles: [`${home.keyFile}.pub`] }
    expect(await say('echo in', { ssh })).toBe('in\n')
  })

  it("is not forwarded by OpenSSH's client either, whatever its configuration says", async () => {
    const options = [
      'ForwardAgent=yes',
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      `Port=${sshd.port}`,
    ]
    const openssh = ['-A', '-F', 'none', ...options.flatMap((option) => ['-o', option]), '--', '127.0.0.1']
    expect(await say(SOCKET, { openssh })).toBe('socket none\n')
  })
})
