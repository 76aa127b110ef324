/** keyed_groups of constructed inventories: groups that are named after the values of an expression. */
import { Unsafe, unmarkUnsafe } from '../model/unsafe.ts'
import { secretsIn } from '../text/secrets.ts'
import { TemplateError } from '../text/template.ts'
import { pythonText } from '../text/template/python.ts'
import { newExpression, newTemplate } from './constructed-evaluate.ts'
import type { KeyedGroup } from './constructed-keyed-options.ts'
import type { Problems } from './constructed-problems.ts'
import { safeGroupName } from './constructed-problems.ts'
import type { Draft } from './draft.ts'
import { draftGroup } from './draft.ts'

type Vars = Readonly<Record<string, unknown>>

/** Puts a host into the groups that one entry of keyed_groups names for it. */
export function newKeyedGroup(
  keyed: KeyedGroup,
  leadingSeparator: boolean,
  problems: Problems,
): (host: string, vars: Vars, draft: Draft) => void {
  const { key, prefix, separator, parentGroup, source } = keyed
  const what = `keyed_groups: ${key.text}`
  const evaluate = newExpression(key.text)
  const parentOf = parentGroup === null ? null : newTemplate(parentGroup.text)
  const start = prefix === '' && !leadingSeparator ? '' : prefix + separator
  return (host, vars, draft) => {
    const outcome = evaluate(vars)
    if ('error' in outcome) return problems.failed(what, host, outcome.error, key.source)
    const [secret] = secretsIn(outcome.value)
    if (secret !== undefined) {
      const error = new TemplateError(
        `${key.text} is encrypted or a password, so no group can be named after it`,
        'secret',
      )
      return problems.failed('keyed_groups', host, error, key.source)
    }
    const names = namesFor(outcome.value, keyed)
    if (names === 'empty') return problems.empty(what, host, key.source)
    if (names?.length === 0) return
    const parent = parentOf?.(vars) ?? { value: '' }
    if ('error' in parent) return problems.failed(`keyed_groups: parent_group`, host, parent.error, source)
    if (names === null) {
      const summary = `${what}: a group's name is text, or a list or mapping of them, and this is a ${typeof outcome.value}`
      return problems.wrong(summary, host, `write it as text: ${key.text} | string`, key.source)
    }
    const said = unmarkUnsafe(parent.value)
    if (typeof said !== 'string' && !isEmpty(said)) {
      return problems.wrong('keyed_groups: parent_group is no text', host, '', parentGroup?.source ?? source)
    }
    const parentName = typeof said === 'string' ? safeGroupName(said) : ''
    for (const name of names) {
      const groupName = safeGroupName(start + name)
      if (groupName === '') return problems.wrong(`${what}: a group needs a name`, host, 'give it a prefix', key.source)
      draftGroup(draft, groupName).hosts.add(host)
      if (parentName === '') continue
      const { children } = draftGroup(draft, parentName)
      if (!children.has(groupName)) children.set(groupName, parentGroup?.source ?? source)
    }
  }
}

/** Names without prefix; `empty` where there is no value to name a group after; null where the value cannot name one. */
function namesFor(value: unknown, keyed: KeyedGroup): string[] | 'empty' | null {
  const { defaultValue, separator, trailingSeparator } = keyed
  if (value instanceof Unsafe) return [value.text]
  if (value === '') return defaultValue === null ? 'empty' : [defaultValue]
  if (value === null || value === false || value === 0) return 'empty'
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object') return null
  if (Array.isArray(value)) return value.map((each) => (each === '' ? (defaultValue ?? '') : plain(each)))
  return Object.entries(value).map(([name, item]) => {
    if (item !== '') return `${name}${separator}${plain(item)}`
    return defaultValue === null && !trailingSeparator ? name : `${name}${separator}${defaultValue ?? ''}`
  })
}

/** Python's falsehood, but for text. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length === 0 : !value
}

function plain(value: unknown): string {
  return value instanceof Unsafe ? value.text : pythonText(value)
}
