/** Controls of one's own: a profile says them as an expression over facts. */
import * as z from 'zod'
import type { DocumentedFact } from '../facts/define.ts'
import { severitySchema } from '../model/audit.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Fact } from '../model/fact.ts'
import { didYouMean } from '../text/closest.ts'
import { readExpression, TemplateError } from '../text/template.ts'
import type { Locate } from '../text/validate.ts'
import { validate } from '../text/validate.ts'
import type { Control } from './define.ts'
import { defineControl } from './define.ts'
import { judgeExpression } from './expression.ts'
import { factNamed, factNames } from './fact-names.ts'

const LINE = z.string().trim().min(1)

const ownControlSchema = z.strictObject({
  title: LINE.describe('what should be true'),
  rationale: LINE.describe('why it matters'),
  severity: severitySchema,
  nist: z
    .array(z.string().regex(/^[A-Z]{2}-\d{1,2}(?:\(\d{1,2}\))?$/, 'expected a control of NIST SP 800-53 such as CM-6'))
    .default([]),
  references: z.array(LINE).default([]),
  facts: z
    .record(z.string(), z.string())
    .refine((facts) => Object.keys(facts).length > 0, 'name the facts that the expression is about')
    .describe('names that the expression uses, each with the key of a fact, as in: ntp: unit/chronyd.service'),
  expression: LINE.describe('a Jinja expression, without braces, that is true or false'),
  required: z.boolean().optional(),
})

type OwnControl = z.infer<typeof ownControlSchema>

/** Words of expressions, which no fact can be named after. */
const RESERVED = new Set(
  'and or not in is if else true false none True False None recursive loop caller varargs kwargs range dict namespace omit'.split(
    ' ',
  ),
)

/** `given`: what the profile says under the id; `locate` finds places in it. */
export function readOwnControl(
  id: string,
  given: unknown,
  locate: Locate,
): { control: Control } | { diagnostics: Diagnostic[] } {
  const checked = validate(ownControlSchema, given, { prefix: `controls.${id}`, locate })
  if ('diagnostics' in checked) return checked
  const named = namedFacts(checked.value, locate)
  const diagnostics = [...idProblems(id, locate), ...named.diagnostics, ...expressionProblems(checked.value, locate)]
  if (diagnostics.length > 0) return { diagnostics }
  const { title, rationale, severity, nist, references, expression } = checked.value
  const { reads } = readExpression(expression)
  const control = defineControl({
    id,
    title,
    rationale,
    severity,
    nist,
    references,
    params: z.strictObject({}),
    facts: () => named.facts,
    check: (_, have: Readonly<Record<string, unknown>>) => judgeExpression(expression, reads, named.facts, have),
  })
  return { control }
}

function idProblems(id: string, locate: Locate): Diagnostic[] {
  if (/^[a-z][a-z\d-]{0,63}$/.test(id)) return []
  const hint = 'small letters, digits and dashes, a letter first, at most 64'
  return [errorDiagnostic('own-control', `"${id}" is no id of a control`, { source: locate([], 'key'), hint })]
}

function namedFacts({ facts }: OwnControl, locate: Locate): { facts: Record<string, Fact>; diagnostics: Diagnostic[] } {
  const found: Record<string, DocumentedFact> = {}
  const diagnostics: Diagnostic[] = []
  for (const [name, key] of Object.entries(facts)) {
    if (!/^[A-Za-z_]\w*$/.test(name) || RESERVED.has(name)) {
      const source = locate(['facts', name], 'key')
      const hint = 'letters, digits and underscores, and no word of expressions'
      diagnostics.push(errorDiagnostic('own-control', `"${name}" can be no name in an expression`, { source, hint }))
    }
    const fact = factNamed(key)
    if (fact === null) {
      const source = locate(['facts', name], 'value')
      const hint = didYouMean(key, factNames()) || 'mptcp-fleet doc lists facts; some need an argument, as in unit/NAME'
      diagnostics.push(errorDiagnostic('unknown-fact', `no fact is named "${key}"`, { source, hint }))
    } else found[name] = fact
  }
  return { facts: found, diagnostics }
}

function expressionProblems({ expression, facts }: OwnControl, locate: Locate): Diagnostic[] {
  const source = locate(['expression'], 'value')
  const wrong = (summary: string, hint: string): Diagnostic => errorDiagnostic('own-control', summary, { source, hint })
  const names = Object.keys(facts)
  try {
    const { reads, problems } = readExpression(expression)
    const used = new Set(reads.map(({ path: [name] }) => String(name)))
    const unknown = [...used].filter((name) => !names.includes(name))
    return [
      ...problems.map(({ message }) =>
        wrong(message, '"mptcp-fleet doc filters", "doc tests" and "doc methods" list what there is'),
      ),
      ...unknown.map((name) =>
        wrong(`"${name}" is not among facts`, didYouMean(name, names) || `facts: ${names.join(', ')}`),
      ),
      ...(used.size === 0 ? [wrong('the expression is about no fact', `facts: ${names.join(', ')}`)] : []),
    ]
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return [wrong(error.message, "write a Jinja expression without braces, as in: sysctl['net.mptcp.enabled'] == '1'")]
  }
}
