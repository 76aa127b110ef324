/** Ctrl-C and its like: the first asks to stop, the second stops waiting, the third ends the program at once. */

export interface Interrupts {
  /** Aborted at the first signal. */
  interrupt: AbortSignal
  /** Aborted at the second. */
  kill: AbortSignal
  /** Stops listening. */
  dispose: () => void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** `tell` gets a line, with its line end, to show on stderr. */
export function listenForInterrupts(tell: (text: string) => void): Interrupts {
  const interrupt = new AbortController()
  const kill = new AbortController()
  const onSignal = (signal: NodeJS.Signals): void => {
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
