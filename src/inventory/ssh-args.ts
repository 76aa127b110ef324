/** ansible_ssh_common_args: the two OpenSSH options that are understood, read as ssh reads them. */

export interface SshArgs {
  /** As written, in order; null where the option is not given. */
  knownHostsFiles: string[] | null
  hostKeyChecking: 'strict' | 'off' | null
}

/** Reads the arguments; `problems` says what is not understood. The first value of an option counts, as in ssh. */
export function parseSshArgs(text: string): { args: SshArgs; problems: string[] } {
  const args: SshArgs = { knownHostsFiles: null, hostKeyChecking: null }
  const problems: string[] = []
  const words = splitWords(text)
  if (words === null) return { args, problems: ['a quotation mark is not closed'] }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const option = word === '-o' ? words[++i] : word.startsWith('-o') ? word.slice(2) : null
    if (option === null) problems.push(`"${word}" is not supported`)
    else if (option === undefined) problems.push('-o has no value')
    else applyOption(option, args, problems)
  }
  return { args, problems }
}

function applyOption(option: string, args: SshArgs, problems: string[]): void {
  const [, key = '', value = ''] = /^\s*([^\s=]+)\s*[\s=]\s*(.*)$/s.exec(option) ?? [null, option, '']
  switch (key.toLowerCase()) {
    case 'userknownhostsfile': {
      const files = splitWords(value)
      if (files === null || files.length === 0) problems.push(`${key} names no file`)
      else if (files.some((file) => file.includes('%') || file.includes('${'))) {
        problems.push(`${key}: % and \${} are not supported in file names`)
      } else args.knownHostsFiles ??= files.filter((file) => file !== 'none')
      break
    }
    case 'stricthostkeychecking': {
      const mode = value.trim().toLowerCase()
      if (mode === 'yes') args.hostKeyChecking ??= 'strict'
      else if (mode === 'no' || mode === 'off') args.hostKeyChecking ??= 'off'
      else problems.push(`${key}=${value.trim()} is not supported: use yes or no`)
      break
    }
    default:
      problems.push(`the option ${key} is not supported`)
  }
}

/** Words as a shell would split them: blanks, both kinds of quotes, backslash. Null where a quote is not closed. */
function splitWords(text: string): string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (quote !== '') {
      if (char === quote) quote = ''
      else if (char === '\\' && quote === '"' && /["\\]/.test(text.charAt(i + 1)))
        word = (word ?? '') + text.charAt(++i)
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (char === '\\' && i + 1 < text.length) {
      word = (word ?? '') + text.charAt(++i)
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + char
  }
  if (quote !== '') return null
  return word === null ? words : [...words, word]
}
