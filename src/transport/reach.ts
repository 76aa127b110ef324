/** Whether an SSH server answers at a place, asked for through a connection: by its first words, nobody logs in. */
import type { Client, ClientChannel } from 'ssh2'
import type { Session } from './types.ts'

/** Longest wait for an answer, in ms. */
const PATIENCE_MS = 10_000

/** RFC 4253 section 4.2: the server names its version at once. */
const GREETING = 'SSH-'

/** False also where the jump host's server refuses to forward. */
export function answersThrough(
  client: Client,
  { address, port }: Parameters<NonNullable<Session['reaches']>>[0],
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    let channel: ClientChannel | null = null
    let over = false
    const settle = (answers: boolean): void => {
      over = true
      clearTimeout(timer)
      signal.removeEventListener('abort', givenUp)
      channel?.close()
      resolve(answers)
    }
    const givenUp = (): void => settle(false)
    const timer = setTimeout(givenUp, PATIENCE_MS)
    signal.addEventListener('abort', givenUp)
    try {
      client.forwardOut('127.0.0.1', 0, address, port, (error, opened) => {
        if (error !== undefined) return settle(false)
        // Too late for whoever asked.
        if (over) return opened.on('error', () => {}).close()
        channel = opened
        let heard = ''
        opened.on('error', givenUp).on('close', givenUp)
        opened.on('data', (bytes: Buffer) => {
          heard += bytes.toString('latin1')
          // Lines of its own may come first.
          if (heard.split('\n').some((line) => line.startsWith(GREETING))) settle(true)
          else if (heard.length > 8192) settle(false)
        })
      })
    } catch {
      settle(false)
    }
  })
}
