/** The overview that `--help` prints, from data alone, so that it is there at once. */
import { EXIT } from '../model/exit-codes.ts'
import { commands } from './commands.ts'

/** Every command that is not hidden, and the exit codes. */
export function renderOverview(): string {
  const shown = commands.filter((command) => command.hidden !== true)
  const width = Math.max(...shown.map((command) => command.usage.length))
  const lines = [
    'mptcp-fleet: plan, apply, verify and prove Multipath TCP on hosts over SSH.',
    '',
    'Usage: mptcp-fleet COMMAND …',
    '',
    ...shown.map((command) => wrapped(`  ${command.usage.padEnd(width)}  `, command.summary)),
    '',
    '  mptcp-fleet COMMAND --help    its flags',
    '  mptcp-fleet --version         the version',
    '',
    'Start with: mptcp-fleet plan -i INVENTORY PLAYBOOK',
    '',
    'Exit codes:',
    ...Object.values(EXIT).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`),
  ]
  return `${lines.join('\n')}\n`
}

function wrapped(head: string, text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && head.length + line.length + 1 + word.length > 80) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.map((line, index) => (index === 0 ? head : ' '.repeat(head.length)) + line).join('\n')
}
