/** Questions on the terminal: yes or no, and passwords that are not shown. They stand on stderr. */
import { createInterface } from 'node:readline'
import { ExitError } from '../../model/errors.ts'
import { EXIT } from '../../model/exit-codes.ts'
import { Secret } from '../../model/secret.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Whether somebody can answer. */
export function canAsk(io: Io): boolean {
  return [io.stdin.isTTY, io.stderr.isTTY].every((terminal) => terminal === true)
}

/** True for y or yes. False for anything else, at the end of input, and once `signal` is aborted. */
export async function confirm(question: string, io: Io, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  io.stderr.write(`${question} [y/N] `)
  const lines = createInterface({ input: io.stdin, terminal: false })
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(''))
      signal.addEventListener('abort', () => resolve(''), { once: true })
    })
    return /^\s*y(es)?\s*$/i.test(answer)
  } finally {
    lines.close()
    io.stdin.pause()
  }
}

/**
 * Asks for a password without showing it; null for an empty answer. Throws a usage error where there is no terminal, and
 * ends with 99 at Ctrl-C and at signals.
 */
export async function askPassword(
  question: string,
  flag: string,
  io: Io,
  instead = '--connection-password-file, --become-password-file, ansible_password or ansible_become_password',
): Promise<Secret | null> {
  if (!canAsk(io)) {
    throw usageError(
      `${flag} asks for a password, and there is no terminal to ask on`,
      `run it on a terminal, or give it by ${instead}`,
    )
  }
  // Before the question: whoever answers at once would see the terminal show it, and Ctrl-C would kill the program.
  io.stdin.setRawMode(true)
  try {
    io.stderr.write(question)
    const typed = await readHidden(io)
    if (typed === '') return null
    const password = new Secret(typed)
    io.secrets.add(password, flag)
    return password
  } finally {
    io.stdin.setRawMode(false)
    io.stdin.pause()
    io.stderr.write('\n')
  }
}

async function readHidden(io: Io): Promise<string> {
  const { stdin } = io
  stdin.setEncoding('utf8')
  let typed = ''
  return await new Promise<string>((resolve, reject) => {
    const done = (end: () => void): void => {
      stdin.off('data', onData)
      for (const signal of SIGNALS) process.off(signal, interrupt)
      end()
    }
    // Also where others listen: the terminal is given back as it was, and nobody waits for an answer any more.
    const interrupt = (): void => done(() => reject(new ExitError(EXIT.interrupted.code, 'interrupted')))
    for (const signal of SIGNALS) process.on(signal, interrupt)
    const onData = (chunk: string | Buffer): void => {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n' || character === '\u0004') return done(() => resolve(typed))
        if (character === '\u0003') return interrupt()
        if (character === '\u007F' || character === '\b') typed = Array.from(typed).slice(0, -1).join('')
        else if (character === '\u0015') typed = ''
        else typed += character
      }
    }
    stdin.on('data', onData)
    stdin.resume()
  })
}
