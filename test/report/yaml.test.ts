/** What is written as YAML reads the same in PyYAML, which Ansible uses, and here. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { renderYaml } from '../../src/report/yaml.ts'
import { hasAnsible, skipped } from '../inventory/referee.ts'

const script = 'import json, sys, yaml; print(json.dumps([yaml.safe_load(text) for text in json.load(sys.stdin)]))'

function theirs(texts: readonly string[]): unknown {
  const done = spawnSync('/usr/bin/python3', ['-c', script], { input: JSON.stringify(texts), encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  return JSON.parse(done.stdout)
}

describe.runIf(hasAnsible)(`as PyYAML reads it${skipped}`, () => {
  it('every character up to U+20FF, and others that are no text to it', () => {
    const codes = [...Array(0x2100).keys(), 0xfe_ff, 0xff_fe, 0xff_ff, 0x1_f6_00]
    const chars = codes.map((code) => String.fromCodePoint(code))
    const values = [
      ...chars.map((char) => `a${char}b`),
      ...chars,
      chars.slice(0x7f, 0xa1).map((char) => ({ [`k${char}`]: [char] })),
    ]
    const all = [...values, 'one\\\u2028\ntwo\u0085\n']
    expect(theirs([renderYaml(all)])).toEqual([all])
  })

  it('values with tags', () => {
    expect(renderYaml({ x: { __ansible_unsafe: 'a\u2028{{ b }}' } })).toBe('x: !unsafe "a\\u2028{{ b }}"\n')
  })
})
