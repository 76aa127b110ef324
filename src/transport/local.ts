/** This machine as a host (`ansible_connection: local`): no connection, and a shell of its own for each exec. */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { HostError } from '../model/errors.ts'
import { childEnv } from '../text/child-env.ts'
import type { Carrier, ExecChannel } from './carrier.ts'
import { processChannel } from './process-channel.ts'

export interface LocalOptions {
  env: Readonly<Record<string, string | undefined>>
  /** What shells must not find in their environment. */
  isSecret: (text: string) => boolean
}

/** There is no key to check: whoever answers is this machine. */
export function localCarrier({ env, isSecret }: LocalOptions): Carrier {
  const bytes = { sent: 0, received: 0 }
  let close!: () => void
  const lost = new Promise<string>((resolve) => (close = () => resolve('the connection was closed')))
  return {
    lost,
    tellsEnd: false,
    warnings: [],
    mayGivePassword: true,
    run: async (command, _markers, { signal }, use) => {
      if (signal.aborted) return null
      return use(await startShell(command, childEnv(env, isSecret), bytes))
    },
    // What scripts read and print.
    usage: () => ({ bytesSent: bytes.sent, bytesReceived: bytes.received }),
    close: async () => close(),
  }
}

/** Throws HostError where none can be started. */
async function startShell(
  command: string,
  env: Record<string, string>,
  bytes: Record<'sent' | 'received', number>,
): Promise<ExecChannel> {
  try {
    // The same folder whoever calls. A session of its own: Ctrl-C is ours, and nothing asks on the terminal.
    const child = spawn('/bin/sh', ['-c', command], { cwd: '/', env, stdio: 'pipe', detached: true })
    const channel = channelOf(child, bytes)
    await once(child, 'spawn')
    return channel
  } catch (error) {
    throw new HostError('unreachable', 'channel-refused', 'no shell can be started on this machine', {
      detail: (error as Error).message,
      hint: 'too many processes may be running, or memory may be short',
    })
  }
}

function channelOf(child: ChildProcessWithoutNullStreams, bytes: Record<'sent' | 'received', number>): ExecChannel {
  const channel = processChannel(child, {
    count: (direction, length) => {
      bytes[direction] += length
    },
    // As a cut connection does: what has begun goes on within its time, and nobody waits for it.
    close: () => {
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
      child.unref()
    },
  })
  child.on('exit', (status, signal) => channel.emit('exit', status, signal))
  child.on('close', () => {
    channel.push(null)
    channel.emit('close')
  })
  return channel
}
