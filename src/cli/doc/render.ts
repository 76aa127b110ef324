/** Documentation of modules, facts and exit codes as text. */
import type { DocumentedFact } from '../../facts/define.ts'
import { EXIT } from '../../model/exit-codes.ts'
import type { Module } from '../../modules/define.ts'
import type { Style } from '../../report/style.ts'
import { paint } from '../../report/style.ts'
import { wrap } from '../../report/wrap.ts'
import type { z } from 'zod'
import type { ParamDoc } from './params.ts'
import { paramDocs } from './params.ts'
import { cut, yamlLines } from './value.ts'

/** Of what a probe printed, so many lines are shown. */
const PRINTED_LINES = 24

/** A name with one line about it. */
export interface DocLine {
  name: string
  summary: string
}

const KINDS: Record<Module['kind'], string> = {
  audit: 'which judges each host and changes nothing',
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
    wrap(
      'mptcp-fleet doc NAME explains one of them, or a command; doc controls what audits look at; doc oci the keys of OCI inventories; doc filters, tests or methods what templates can use.',
      style.width,
    ),
  ]
  return `${blocks.join('\n\n')}\n`
}

export function section(title: string, lines: readonly DocLine[], style: Style): string {
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

/** One fact: what it asks, what a host printed, what the parser makes of that. `name` has NAME for an argument. */
export function renderFact({ name, summary }: DocLine, fact: DocumentedFact, style: Style): string {
  const of = fact.key === name ? '' : ` of ${fact.key}`
  const printed = fact.example
    .trimEnd()
    .split('\n')
    .flatMap((line) => broken(line, style.width - 2))
  const value: unknown = fact.parse({ stdout: fact.example, stderr: '', rc: 0 })
  const block = (title: string, text: string): string => `${paint(style, 'bold', title)}\n${indent(text)}`
  const blocks = [
    `${paint(style, 'bold', name)}: a fact`,
    wrap(summary, style.width, '  '),
    block(`Probe${of}`, fact.probe),
    block('Example: what it prints', cut(printed, PRINTED_LINES).join('\n')),
    block('Example: its value', yamlLines(value, style.width - 2).join('\n')),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** JSON comes in one long line, and is broken behind commas. */
function broken(line: string, width: number): string[] {
  return line === '' ? [''] : (line.match(new RegExp(`.{1,${width}}$|.{1,${width - 1}},|.{1,${width}}`, 'gu')) ?? [])
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

/** The keys of a file by their schema. */
export function renderKeys({ name, summary }: DocLine, schema: z.ZodType, style: Style): string {
  const keys = paramDocs(schema).flatMap((param) => renderParam(param, style, '  '))
  const head = `${paint(style, 'bold', name)}\n\n${wrap(summary, style.width, '  ')}`
  return `${head}\n\n${[paint(style, 'bold', 'Keys'), ...keys].join('\n')}\n`
}

export function renderParam(param: ParamDoc, style: Style, margin: string): string[] {
  const need = param.required ? ', required' : param.defaultText === null ? ', optional' : ` [${param.defaultText}]`
  const lines = [`${margin}${paint(style, 'cyan', param.name)}: ${param.type}${need}`]
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
