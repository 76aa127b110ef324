/** Encrypted values and passwords in expressions of inventories: they are passed on as they are, and never looked into. */
import { Secret } from '../model/secret.ts'
import { isRecord } from '../text/template-scan.ts'
import { secretsIn } from '../text/secrets.ts'
import { evaluateExpression, hasTemplate, TemplateError } from '../text/template.ts'

type Vars = Readonly<Record<string, unknown>>

/** Texts, and variables with the attributes behind them; no filters, methods or names of arguments. */
const WORDS =
  /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<![\p{L}\p{N}_.]|\|\s*)([\p{L}_][\p{L}\p{N}_]*)((?:\.[\p{L}_][\p{L}\p{N}_]*(?!\s*\())*)(?!\s*=[^=])/gsu
/** In the place of a variable: one that is a secret, and one that has some in it. */
const SECRET = '\uE010'
const HOLDER = '\uE011'
const DEFINED = /^\s+is\s+(?:not\s+)?(?:un)?defined\b/
/** What would take the stand-in of a secret for the secret. */
const LOOKS_INTO =
  /[=!<>~+*/%-]|\b(?:in|is|not|and|or|if|else|for)\b|\uE010\s*[.[]|\uE011\s*\[[^\]]*\]\s*[.[]|[)\]]\s*[.[]|\uE010[\s)]*\|\s*(?:first|last|ternary)\b/
const CHOICE = /^([^]*?)\bif\b([^]*?)\belse\b([^]*)$/

/**
 * What is wrong with how an expression uses secrets, or null: the engine would compare and cut something else in their place.
 * `passesOn`: the value of the expression may be a secret.
 */
export function misusedSecret(expression: string, vars: Vars, passesOn: boolean): TemplateError | null {
  const found: string[] = []
  const shape = expression.replaceAll(WORDS, (word: string, name: string | undefined, path: string, at: number) => {
    if (name === undefined) return "''"
    const value =
      Object.hasOwn(vars, name) && !DEFINED.test(expression.slice(at + word.length)) ? valueAt(name, path, vars) : null
    if (![...secretsIn(value)].length) return word
    found.push(word)
    return value instanceof Secret ? SECRET : HOLDER
  })
  if (found.length === 0) return null
  const [, yes = shape, condition = '', no = ''] = CHOICE.exec(shape) ?? []
  if (passesOn && !holds(condition) && !LOOKS_INTO.test(yes) && !LOOKS_INTO.test(no)) return null
  return new TemplateError(
    `"${found[0]}" is encrypted or a password, so nothing can be decided or made by it`,
    'secret',
  )
}

function holds(shape: string): boolean {
  return shape.includes(SECRET) || shape.includes(HOLDER)
}

function valueAt(name: string, path: string, vars: Vars): unknown {
  let value = vars[name]
  try {
    if (hasTemplate(value)) value = evaluateExpression(name, vars)
  } catch (error) {
    // Using it fails with the same words.
    if (!(error instanceof TemplateError)) throw error
    return null
  }
  for (const step of path.split('.').slice(1)) {
    if (value instanceof Secret || !isRecord(value) || !Object.hasOwn(value, step)) return value
    value = value[step]
  }
  return value
}
