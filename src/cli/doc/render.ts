/** Documentation of modules, facts and exit codes as text. */
import { EXIT } from '../../model/exit-codes.ts'
import type { Module } from '../../modules/define.ts'
import type { Style } from '../../report/style.ts'
import { paint } from '../../report/style.ts'
import { wrap } from '../../report/wrap.ts'
import type { ParamDoc } from './params.ts'
import { paramDocs } from './params.ts'

/** A name with one line about it. */
export interface DocLine {
  name: string
  summary: string
}

const KINDS: Record<Module['kind'], string> = {
  host: 'plans each host by itself',
  fleet: 'plans several hosts together',
  trial: 'a trial: tests across hosts, changes nothing lasting, never runs in check mode',
}

/** Everything that `doc NAME` explains. */
export function renderIndex(modules: readonly DocLine[], facts: readonly DocLine[], style: Style): string {
  const blocks = [
    section('Modules: what a task can say', modules, style),
    section('Facts: what is read from hosts', facts, style),
    renderExitCodes(style),
    'mptcp-fleet doc NAME explains one of them.',
  ]
  return `${blocks.join('\n\n')}\n`
}

function section(title: string, lines: readonly DocLine[], style: Style): string {
  const width = Math.max(...lines.map((line) => line.name.length))
  return [paint(style, 'bold', title), ...lines.map((line) => definition(line.name, width, line.summary, style))].join(
    '\n',
  )
}

function definition(name: string, width: number, text: string, style: Style): string {
  const head = `  ${name.padEnd(width)}  `
  return wrap(text, style.width, head, ' '.repeat(head.length)).replace(name, paint(style, 'cyan', name))
}

export function renderExitCodes(style: Style): string {
  const lines = Object.values(EXIT).map(({ code, meaning }) => ({ name: String(code).padStart(3), summary: meaning }))
  return section('Exit codes', lines, style)
}

/** One fact. */
export function renderFact(line: DocLine, probe: string | null, style: Style): string {
  const blocks = [`${paint(style, 'bold', line.name)}: a fact`, wrap(line.summary, style.width, '  ')]
  if (probe !== null) blocks.push(`${paint(style, 'bold', 'Probe')}\n${indent(probe)}`)
  return `${blocks.join('\n\n')}\n`
}

/** One module: what it does, its parameters, an example. */
export function renderModule(module: Module, style: Style): string {
  const blocks = [
    `${paint(style, 'bold', module.name)}: a module, ${KINDS[module.kind]}`,
    wrap(module.summary, style.width, '  '),
  ]
  if (module.description !== '') blocks.push(wrap(module.description.trim(), style.width, '  '))
  const params = paramDocs(module.params)
  const body = params.length === 0 ? ['  none'] : params.flatMap((param) => renderParam(param, style, '  '))
  blocks.push([paint(style, 'bold', 'Parameters'), ...body].join('\n'))
  blocks.push(`${paint(style, 'bold', 'Example')}\n${indent(module.example)}`)
  return `${blocks.join('\n\n')}\n`
}

function renderParam(param: ParamDoc, style: Style, margin: string): string[] {
  const must = param.required ? ', required' : ''
  const default_ = param.defaultText === null ? '' : ` [${param.defaultText}]`
  const lines = [`${margin}${paint(style, 'cyan', param.name)}: ${param.type}${must}${default_}`]
  if (param.description !== '') lines.push(wrap(param.description, style.width, `${margin}    `))
  return [...lines, ...param.inner.flatMap((inner) => renderParam(inner, style, `${margin}    `))]
}

function indent(text: string): string {
  return text
    .replace(/^\n+|\s+$/g, '')
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n')
}
