/** The help of one command, from its data. */
import { wrap } from '../report/wrap.ts'
import { HELP_FLAG } from './command.ts'
import type { CommandModule, Flag } from './command.ts'

/** Usage, what it does, flags and examples, at most `width` columns wide. Ends with a line end. */
export function renderCommandHelp(command: CommandModule, width: number): string {
  const flags = Object.entries<Flag>({ ...command.flags, help: HELP_FLAG })
  const heads = flags.map(([name, flag]) => flagHead(name, flag))
  const column = Math.max(...heads.map((head) => head.length)) + 2
  const lines = flags.map(([, flag], index) =>
    wrap(flag.summary + choicesText(flag), width, (heads[index] ?? '').padEnd(column), ' '.repeat(column)),
  )
  const blocks = [
    wrap(`Usage: mptcp-fleet ${command.usage}`, width, '', ' '.repeat('Usage: '.length)),
    wrap([command.summary, command.description ?? ''].join('\n').trim(), width),
    ['Flags:', ...lines].join('\n'),
  ]
  const examples = command.examples ?? []
  if (examples.length > 0) blocks.push(['Examples:', ...examples.map((line) => `  mptcp-fleet ${line}`)].join('\n'))
  return `${blocks.join('\n\n')}\n`
}

function flagHead(name: string, flag: Flag): string {
  const letter = flag.letter === undefined ? '    ' : `-${flag.letter}, `
  const value = flag.bare === undefined ? flag.value : `[${flag.value}]`
  return `  ${letter}--${name}${value === undefined ? '' : ` ${value}`}`
}

function choicesText(flag: Flag): string {
  const choices = flag.choices === undefined ? '' : `: ${flag.choices.join(', ')}`
  return flag.default === undefined ? choices : `${choices} [${flag.default}]`
}
