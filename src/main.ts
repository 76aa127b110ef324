/** The program. Hands the command line over and ends the process with the code that comes back. */
import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { dispatch } from './cli/dispatch.ts'
import { processIo } from './cli/io.ts'

// Whoever reads our output may stop before its end (`| head`): that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // EIO: the terminal is gone. The run goes on to its report.
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}

// Node's own code for a program that has nothing left to wait for, though it is not done: a bug.
process.exitCode = 13
void main()

async function main(): Promise<void> {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  const code = await dispatch(process.argv.slice(2), processIo(manifest.version))
  process.exitCode = code
  // By then what io held back has been written.
  await nextTurn()
  await flushed(process.stdout)
  await flushed(process.stderr)
  process.exit(code)
}

/** Resolves once what was written has gone out, or the reader has. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return
  await new Promise<void>((resolve) => {
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
