/** Tests that Ansible adds. */
import { readBoolean } from '../../boolean.ts'
import { includes, items, mapping, pythonText, text, truth } from '../python.ts'
import { inTime, pythonRegex } from '../regex.ts'
import { row } from '../row.ts'
import { isIn } from './tests.ts'
import { compareVersions } from './versions.ts'

const URI = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/([^/?#]*))?/

export const ANSIBLE_TESTS = [
  row(
    'match',
    'pattern ignorecase multiline',
    'a pattern matches at its start',
    (value, pattern = '', ignore = false, multi = false) => matches(value, pattern, ignore, multi) === 0,
  ),
  row(
    'search regex',
    'pattern ignorecase multiline match_type',
    'a pattern matches somewhere in it',
    (value, pattern = '', ignore = false, multi = false, type = 'search') => {
      const at = matches(value, pattern, ignore, multi)
      return type === 'match' ? at === 0 : at >= 0
    },
  ),
  row(
    'version version_compare',
    'version operator strict version_type',
    'it is so related to another version',
    (value, version, operator = 'eq', strict = null, type = null) => {
      if (strict !== null && type !== null) throw new TypeError('strict and version_type cannot both be given')
      const kind = truth(strict) ? 'strict' : type === null ? 'loose' : text(type)
      return compareVersions(pythonText(value), pythonText(version), text(operator), kind)
    },
  ),
  row('any', '', 'one of its items is true', (value) => items(value).some(truth)),
  row('all', '', 'all of its items are true', (value) => items(value).every(truth)),
  row('truthy', 'convert_bool', 'it is true, or with convert_bool a word for it', (value, convert = false) =>
    truth(converted(value, convert)),
  ),
  row(
    'falsy',
    'convert_bool',
    'it is false, or with convert_bool a word for it',
    (value, convert = false) => !truth(converted(value, convert)),
  ),
  row('subset issubset', 'b', 'all its items are in the other list', (value, other) =>
    items(value).every((item) => includes(items(other), item)),
  ),
  row('superset issuperset', 'b', 'it has all items of the other list', (value, other) =>
    items(other).every((item) => includes(items(value), item)),
  ),
  row('contains', 'value', 'it has this item, key or piece of text', (value, item) => isIn(item, value)),
  row('nan isnan', '', 'it is no number, though of that type', (value) => Number.isNaN(value)),
  row('abs is_abs', '', 'it is an absolute path', (value) => text(value).startsWith('/')),
  row('uri', 'schemes', 'it is a URI, of one of these schemes', (value, schemes = null) => isUri(value, schemes)),
  row('url', 'schemes', 'it is a URL, of one of these schemes', (value, schemes = null) => {
    const [, scheme, host] = URI.exec(String(value)) ?? []
    return isUri(value, schemes) && ((host ?? '') !== '' || scheme?.toLowerCase() === 'file')
  }),
  row('urn', '', 'it is a URN', (value) => isUri(value, ['urn'])),
  row('vault_encrypted', '', 'always false: values of a vault come decrypted', () => false, { passes: true }),
  row('failed failure', '', "a task's result says failed", (value) => truth(mapping(value)['failed'] ?? false)),
  row(
    'succeeded success successful',
    '',
    "a task's result does not say failed",
    (value) => !truth(mapping(value)['failed'] ?? false),
  ),
  row('unreachable', '', "a task's result says unreachable", (value) => truth(mapping(value)['unreachable'] ?? false)),
  row(
    'reachable',
    '',
    "a task's result does not say unreachable",
    (value) => !truth(mapping(value)['unreachable'] ?? false),
  ),
  row('changed change', '', "a task's result says changed, or one of its results does", (value) => {
    const { changed, results } = mapping(value)
    if (changed !== undefined || !Array.isArray(results)) return truth(changed ?? false)
    return results.some((each) => truth(mapping(each)['changed'] ?? false))
  }),
  row('skipped skip', '', "a task's result says skipped", (value) => truth(mapping(value)['skipped'] ?? false)),
  row(
    'started',
    '',
    "a task's result says started, or nothing of it",
    (value) => (mapping(value)['started'] ?? 1) === 1,
  ),
  row(
    'finished',
    '',
    "a task's result says finished, or nothing of it",
    (value) => (mapping(value)['finished'] ?? 1) === 1,
  ),
]

function matches(value: unknown, pattern: unknown, ignore: unknown, multi: unknown): number {
  const regex = pythonRegex(text(pattern), truth(ignore), truth(multi))
  const one = pythonText(value)
  return inTime(regex, () => {
    regex.lastIndex = 0
    return regex.exec(one)?.index ?? -1
  })
}

function converted(value: unknown, convert: unknown): unknown {
  return truth(convert) ? (readBoolean(typeof value === 'string' ? value.trim() : value) ?? value) : value
}

function isUri(value: unknown, schemes: unknown): boolean {
  if (typeof value !== 'string') return false
  const scheme = (URI.exec(value)?.[1] ?? '').toLowerCase()
  return schemes === null || !truth(schemes) || isIn(scheme, schemes)
}
