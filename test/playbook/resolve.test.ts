import { expect, test } from 'vitest'
import { Secret } from '../../src/model/secret.ts'
import { parsePlaybook } from '../../src/playbook/parse.ts'
import { resolveTask } from '../../src/playbook/resolve.ts'
import { OMIT } from '../../src/text/template/host-vars.ts'
import type { Task } from '../../src/playbook/types.ts'
import { modules } from './modules.ts'

function task(args: string): Task {
  return parsePlaybook(`- hosts: all\n  tasks:\n    - limits: ${args}\n`, 'p.yml', modules).plays[0]!.tasks[0]!
}

function complaints(args: string, vars: Record<string, unknown>): string[] {
  const resolved = resolveTask(task(args), vars)
  return 'diagnostics' in resolved ? resolved.diagnostics.map((d) => `${d.source?.column}: ${d.summary}`) : []
}

test('parameters without templates are checked once and shared', () => {
  const plain = task('{subflows: 2}')
  const resolved = resolveTask(plain, {})
  expect('params' in resolved && resolved.params).toBe(plain.params)
})

test('parameters with templates are rendered with their type, then checked', () => {
  const templated = task('{subflows: "{{ n }}", names: ["{{ a }}", "x-{{ a }}"]}')
  expect(templated.params).toBeNull()
  const expected = { subflows: 2, persist: true, names: ['w', 'x-w'] }
  expect(resolveTask(templated, { n: 2, a: 'w' })).toEqual({ params: expected })
})

test('what a template omits is as if it had not been written', () => {
  const omitted = task('{subflows: 2, persist: "{{ nope | default(omit) }}", names: ["{{ nope | default(omit) }}", x]}')
  expect(resolveTask(omitted, { omit: OMIT })).toEqual({ params: { subflows: 2, persist: true, names: ['x'] } })
})

test('mistakes of one host have the place in the playbook', () => {
  expect(complaints('{subflows: "{{ n }}"}', { n: 'two' })).toEqual([
    '26: limits.subflows: expected a number, got text "two"',
  ])
  expect(complaints('{subflows: "{{ n }}", names: ["{{ m }}"]}', {})).toEqual([
    '26: limits.subflows: the variable "n" is not defined',
    '45: limits.names[0]: the variable "m" is not defined',
  ])
  expect(complaints('{names: ["{{ pw }}"]}', { pw: new Secret('x') })).toEqual([
    '24: limits.names[0]: expected text, got a secret',
  ])
})

function details(vars: Record<string, unknown>): string[] {
  const resolved = resolveTask(task('{subflows: "{{ n }}"}'), vars)
  return 'diagnostics' in resolved ? resolved.diagnostics.map((d) => d.detail) : []
}

test('mistakes in variables say whose they are', () => {
  expect(details({ inventory_hostname: 'b' })).toEqual(['for host b'])
  expect(details({ inventory_hostname: 'b', n: 'two' })).toEqual(['for host b'])
  expect(details({})).toEqual([''])
})

test('under no_log a value that is wrong is not shown', () => {
  const hidden = { ...task('{subflows: "{{ n }}"}'), noLog: true }
  const says = (vars: Record<string, unknown>): string[] => {
    const resolved = resolveTask(hidden, vars)
    return 'diagnostics' in resolved ? resolved.diagnostics.map((d) => d.summary) : []
  }
  expect(says({ n: 'tiger' })).toEqual(['limits.subflows: is not valid (censored: no_log)'])
  expect(says({})).toEqual(['limits.subflows: the variable "n" is not defined'])
  expect(says({ n: '{{ "tiger" | nothing }}' }).join()).not.toContain('tiger')
})
