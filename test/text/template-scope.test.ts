/** What templates can reach beside a host's own variables, and names that are wrong in branches that are not taken. */
import { expect, test } from 'vitest'
import { Secret } from '../../src/model/secret.ts'
import { Unsafe } from '../../src/model/unsafe.ts'
import {
  evaluateCondition,
  evaluateExpression,
  findUnknownNames,
  findUnknownNamesInExpression,
  renderValue,
  TemplateError,
} from '../../src/text/template.ts'
import { HostVars, OMIT, OwnVars } from '../../src/text/template/host-vars.ts'

const asked: string[] = []
const hosts: Record<string, Record<string, unknown>> = {
  a: { name: 'a', ip: '{{ net }}.1', net: '10.0', other: '{{ hostvars.b.ip }}', ring: '{{ hostvars.b.ring }}' },
  b: { name: 'b', ip: '{{ net }}.2', net: '10.1', broken: '{{ nope }}', ring: '{{ hostvars.a.ring }}' },
}
const hostvars: HostVars = new HostVars(['a', 'b'], (name) => {
  asked.push(name)
  return varsOf(name)
})

function varsOf(name: string): Record<string, unknown> {
  return { ...hosts[name], hostvars, vars: new OwnVars(), omit: OMIT, groups: { all: ['a', 'b'] } }
}

test.each([
  ['{{ hostvars.b.ip }}', '10.1.2'],
  ["x{{ hostvars['b']['ip'] }}", 'x10.1.2'],
  ['{{ other }}', '10.1.2'],
  ["{{ groups.all | map('extract', hostvars, 'ip') | join(',') }}", '10.0.1,10.1.2'],
  ["{{ hostvars['b'].get('ip', 0) }}", '10.1.2'],
  ["{{ hostvars[groups['all'][1]].net }}", '10.1'],
  ["{{ 'b' in hostvars and 'c' not in hostvars }}", true],
  ['{{ hostvars | length }}', 2],
  ['{{ hostvars.keys() | join }}', 'ab'],
  ['{% for name in hostvars %}{{ hostvars[name].ip }};{% endfor %}', '10.0.1;10.1.2;'],
  ['{{ hostvars.c.ip | default("none") }}', 'none'],
  ['{{ hostvars.b.broken | default("none") }}', 'none'],
  ["{{ vars['ip'] }}", '10.0.1'],
  ["{{ vars.get('nope', 3) }}", 3],
  ["{{ 'ip' in vars }}", true],
])('%s', (template, value) => {
  expect(renderValue(template, varsOf('a'))).toEqual(value)
})

test('variables of a host are worked out only where a template asks for that host', () => {
  asked.length = 0
  const fresh = new HostVars(['a', 'b'], (name) => {
    asked.push(name)
    return varsOf(name)
  })
  expect(renderValue('{{ name }} {{ hostvars | length }}', { ...varsOf('a'), hostvars: fresh })).toBe('a 2')
  expect(asked).toEqual([])
  renderValue('{{ hostvars.b.net }}', { ...varsOf('a'), hostvars: fresh })
  expect(asked).toEqual(['b'])
})

test('variables of two hosts that refer to each other are an error', () => {
  expect(() => renderValue('{{ ring }}', varsOf('a'))).toThrow('the variable refers to itself')
})

test('what is omitted is left out, at any depth', () => {
  const vars = { ...varsOf('a'), mine: '{{ nope | default(omit) }}' }
  expect(renderValue({ a: '{{ nope | default(omit) }}', b: [1, '{{ mine }}', 2], c: '{{ ip }}' }, vars)).toEqual({
    b: [1, 2],
    c: '10.0.1',
  })
  expect(renderValue('{{ nope | default(omit) }}', vars)).toBeUndefined()
})

test('text of others is never rendered, whatever way it takes', () => {
  const vars = {
    evil: new Unsafe('{{ ip }}'),
    ip: 1,
    all: [new Unsafe('{% if %}'), 'x'],
    via: '{{ evil }}',
    made: "{{ '{{' }} ip }}",
  }
  expect(renderValue(new Unsafe('{{ ip }}'), vars)).toBe('{{ ip }}')
  expect(renderValue([{ a: new Unsafe('{{ ip }}') }, '{{ via }}', '{{ made }}'], vars)).toEqual([
    { a: '{{ ip }}' },
    '{{ ip }}',
    '{{ ip }}',
  ])
  expect(renderValue('{{ all }} {{ all[0] }} {{ evil | upper }}', vars)).toBe("['{% if %}', 'x'] {% if %} {{ IP }}")
  expect(evaluateExpression("evil ~ '!'", vars)).toEqual(new Unsafe('{{ ip }}!'))
  expect(evaluateExpression("'{{' ~ ' ip }}'", vars)).toEqual(new Unsafe('{{ ip }}'))
  expect(evaluateExpression('[evil]', vars)).toEqual([new Unsafe('{{ ip }}')])
})

test.each([
  ['{{ a | frob }}', [['there is no filter "frob" in this version', 7]]],
  [
    'x{% if false %}{{ a | jion(",") }}{% endif %}',
    [['there is no filter "jion" in this version, did you mean "join"?', 22]],
  ],
  ['{{ a or (b is frob) }}', [['there is no test "frob" in this version', 14]]],
  [
    "{{ a.frob() }}{{ [b.c | map('frob')] }}",
    [
      ['there is no method "frob" in this version', 5],
      ['there is no filter "frob" in this version', 28],
    ],
  ],
  ["{{ a | selectattr('x', 'frob') }}", [['there is no test "frob" in this version', 23]]],
  ['{{ frob(1) }}', [['there is no function "frob" in this version', 3]]],
  [
    "{{ a | default(lookup('env', 'HOME')) }}",
    [['"lookup" is refused: it would read files or run programs of the controller', 15]],
  ],
  ['{% for x in [1] %}{{ loop.cycle(1, 2) }}{% endfor %}{% macro m() %}{% endmacro %}{{ m() }}', []],
  ["{{ 'a | frob' }}{# a | frob #}{% raw %}{{ a | frob }}{% endraw %}", []],
])('names that nobody has, %s', (template, problems) => {
  expect(findUnknownNames(template).map(({ message, offset }) => [message, offset])).toEqual(problems)
})

test('an unknown name is told from an undefined variable', () => {
  expect(findUnknownNamesInExpression('a | frob')).toEqual([
    { message: 'there is no filter "frob" in this version', offset: 4 },
  ])
  const kindOf = (expression: string): unknown => {
    try {
      return evaluateExpression(expression, {})
    } catch (error) {
      return error instanceof TemplateError ? error.kind : error
    }
  }
  expect(['a', 'a | frob', 'true or a is frob', '1 +', "[1] | map('fr' ~ 'ob') | list"].map(kindOf)).toEqual([
    'undefined',
    'unknown',
    'unknown',
    'other',
    'unknown',
  ])
})

test('conditions have the truth of Python', () => {
  expect(["'no'", '0', '[]', 'n', "n is none or 'x' == 1"].map((each) => evaluateCondition(each, { n: null }))).toEqual(
    [true, false, false, false, true],
  )
})

test.each(['hash', 'b64encode', 'upper', 'to_json', 'length', "regex_replace('a', 'b')"])(
  'a secret does not go through %s',
  (filter) => {
    for (const value of ['pw', '[pw]', '{"a": pw}']) {
      const vars = { pw: new Secret('s3cret') }
      if (value !== 'pw' && filter === 'length') continue
      expect(() => renderValue(`{{ ${value} | ${filter} }}`, vars)).toThrow('a secret cannot be a part of other text')
    }
  },
)
