/** Test results as JUnit XML, by the schema of Windy Road that most readers follow (test/schemas/JUnit.xsd). */
import { sanitize } from './sanitize.ts'

export interface JUnitCase {
  name: string
  group: string
  outcome: Outcome
}

/** `type` says which kind of failure it is, `body` all that is known of it, in lines. */
export type Outcome =
  | { kind: 'passed' }
  | { kind: 'skipped'; message: string }
  | { kind: 'failure' | 'error'; type: string; message: string; body: string }

export interface JUnitSuite {
  name: string
  host: string
  /** What all suites of a report belong to. */
  package: string
  properties: Readonly<Record<string, string>>
  cases: readonly JUnitCase[]
}

/** `startedAt`: ISO 8601 in UTC. Times of single tests are not known, and 0. */
export function renderJUnit(suites: readonly JUnitSuite[], startedAt: string): string {
  const body = suites.map((suite, id) => renderSuite(suite, id, startedAt.slice(0, 19))).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${body}</testsuites>\n`
}

function renderSuite(suite: JUnitSuite, id: number, timestamp: string): string {
  const number = (kind: Outcome['kind']): number => suite.cases.filter(({ outcome }) => outcome.kind === kind).length
  const attributes = {
    package: suite.package,
    id: String(id),
    name: suite.name,
    timestamp,
    hostname: suite.host,
    tests: String(suite.cases.length),
    failures: String(number('failure')),
    errors: String(number('error')),
    skipped: String(number('skipped')),
    time: '0',
  }
  const properties = Object.entries(suite.properties).map(([name, value]) => `<property${render({ name, value })}/>`)
  const parts = [
    `<properties>${properties.join('')}</properties>`,
    ...suite.cases.map(renderCase),
    '<system-out/>',
    '<system-err/>',
  ]
  return `<testsuite${render(attributes)}>\n${parts.map((part) => `${part}\n`).join('')}</testsuite>\n`
}

function renderCase({ name, group, outcome }: JUnitCase): string {
  const head = `testcase${render({ name, classname: group, time: '0' })}`
  if (outcome.kind === 'passed') return `<${head}/>`
  const { kind, message } = outcome
  if (kind === 'skipped') return `<${head}><skipped${render({ message })}/></testcase>`
  return `<${head}><${kind}${render({ message, type: outcome.type })}>${escapeXml(sanitize(outcome.body, { lines: true }))}</${kind}></testcase>`
}

/** None is empty: the schema wants words in most. */
function render(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(sanitize(value)).trim() || '-'}"`)
    .join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // No characters of XML, in whatever form.
  '\uFFFE': String.raw`\u{fffe}`,
  '\uFFFF': String.raw`\u{ffff}`,
}

/** Sanitized text for an element or a quoted attribute. */
function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\uFFFE\uFFFF]/g, (character) => ENTITIES[character] ?? '')
}
