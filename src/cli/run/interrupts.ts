/** Ctrl-C and its like: the first asks to stop, the second stops waiting, the third ends the program at once. */

export interface Interrupts {
  /** Aborted at the first signal. */
  interrupt: AbortSignal
  /** Aborted at the second. */
  kill: AbortSignal
  /** Stops listening. */
  dispose: () => void
}

/** npm and npx pass Ctrl-C on to a program that the terminal has already told: twice within this time is one press. */
const SAME_PRESS_MS = 250

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** `tell` gets a line, with its line end, to show on stderr; `clock` counts milliseconds. */
export function listenForInterrupts(
  tell: (text: string) => void,
  clock: () => number = () => performance.now(),
): Interrupts {
  const interrupt = new AbortController()
  const kill = new AbortController()
  let last = { signal: '', at: -Infinity }
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = clock()
    const repeated = signal === last.signal && now - last.at < SAME_PRESS_MS
    last = { signal, at: now }
    if (repeated) return
    if (!interrupt.signal.aborted) {
      tell('interrupted: letting running steps end; press again to leave them alone\n')
      interrupt.abort()
    } else if (kill.signal.aborted) {
      dispose()
      process.kill(process.pid, signal)
    } else {
      tell('interrupted again: no longer waiting; a host goes on with what it was sent\n')
      kill.abort()
    }
  }
  const dispose = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return { interrupt: interrupt.signal, kill: kill.signal, dispose }
}
