/** Answers a script that asks: where it prints the marker of a question, a word goes to its stdin. */

export interface Dialogue {
  /** What is said at the marker `name`, given all lines before it; null: nothing more is said at all. */
  on: (name: string, answer: (said: string) => string | null) => void
  /** For the exec's request. */
  request: { stdin: AsyncIterable<string>; onLine: (line: string) => void }
}

/** Words are `NONCE-WORD`, so that a script takes none for what it is not. */
export function dialogue(nonce: string): Dialogue {
  const answers = new Map<string, (said: string) => string | null>()
  /** Lines up to the first question; nobody asks for more. */
  let lines: string[] | null = []
  const queue: (string | null)[] = []
  let wake: (() => void) | null = null
  return {
    on: (name, answer) => answers.set(name, answer),
    request: {
      onLine: (line) => {
        const answer = line.startsWith(nonce) ? answers.get(/^\S+ (\w+) b$/.exec(line)?.[1] ?? '') : undefined
        lines?.push(line)
        if (answer === undefined) return
        const word = answer(`\n${lines?.join('\n') ?? ''}\n`)
        lines = null
        queue.push(word === null ? null : `${nonce}-${word}\n`)
        wake?.()
      },
      stdin: said(),
    },
  }

  async function* said(): AsyncGenerator<string> {
    for (;;) {
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      const next = queue.shift()
      if (next == null) return
      yield next
    }
  }
}
