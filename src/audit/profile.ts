/** Profiles: which controls count, how badly, and with which parameters. Pure; files are read by the caller. */
import * as z from 'zod'
import { severitySchema } from '../model/audit.ts'
import type { Severity } from '../model/audit.ts'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import type { Locate } from '../text/validate.ts'
import { locateIn, validate, validateNode } from '../text/validate.ts'
import type { YamlNode } from '../text/yaml-node.ts'
import type { Control } from './define.ts'
import { readOwnControl } from './own-control.ts'

/** A control as a profile has it. */
export interface ChosenControl {
  control: Control
  severity: Severity
  params: unknown
  /** Not tested counts as failing. */
  required: boolean
}

/** Two hosts that make a pair, whether they were tested or not. */
export interface ProfilePair {
  server: string
  client: string
  sources: { server: Source | null; client: Source | null }
}

export interface Profile {
  name: string
  title: string
  /** In the order of the registry. */
  controls: ChosenControl[]
  pairs: ProfilePair[]
}

const OWN_KEYS = ['title', 'rationale', 'nist', 'references', 'facts', 'expression'] as const
const ownKeys = Object.fromEntries(OWN_KEYS.map((key) => [key, z.unknown().optional()])) as Record<
  (typeof OWN_KEYS)[number],
  z.ZodOptional<z.ZodUnknown>
>

const choiceSchema = z.strictObject({
  severity: severitySchema.optional().describe('in place of the control’s own'),
  params: z.record(z.string(), z.unknown()).optional(),
  required: z.boolean().optional().describe('true: where nothing has tested it, that counts as failing'),
  // What only a control of one's own says; checked when it is known to be one.
  ...ownKeys,
})

const pairSchema = z
  .strictObject({ server: z.string().min(1), client: z.string().min(1) })
  .refine(({ server, client }) => server !== client, {
    path: ['client'],
    message: 'must be another host than the server',
  })

const profileSchema = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/, 'letters, digits, dots, dashes and underscores'),
  title: z.string(),
  extends: z.string().optional().describe('baseline, server, client, or a file beside this one'),
  controls: z
    .record(z.string(), z.union([z.literal(false), choiceSchema]).nullable())
    .default({})
    .describe('by id; off leaves out what the extended profile has'),
  pairs: z
    .array(pairSchema)
    .default([])
    .describe('hosts that are held against each other, beside those of the tests that are kept'),
})

/** One file of a profile, checked for its shape. */
export interface ProfileFile {
  node: YamlNode
  content: z.infer<typeof profileSchema>
}

export function parseProfileFile(node: YamlNode): ProfileFile | { diagnostics: Diagnostic[] } {
  const checked = validateNode(profileSchema, node, '')
  return 'diagnostics' in checked ? checked : { node, content: checked.value }
}

/** `files`: the profile and those that it extends, the outermost first. */
export function assembleProfile(
  files: readonly [ProfileFile, ...ProfileFile[]],
  registry: ReadonlyMap<string, Control>,
): { profile: Profile } | { diagnostics: Diagnostic[] } {
  const chosen = new Map<string, ChosenControl>()
  const diagnostics: Diagnostic[] = []
  for (const file of files.toReversed()) take(file, chosen, registry, diagnostics)
  if (diagnostics.length > 0) return { diagnostics }
  const [{ content }] = files
  const own = [...chosen.keys()].filter((id) => !registry.has(id))
  const order = [...registry.keys(), ...own].flatMap((id) => chosen.get(id) ?? [])
  return { profile: { name: content.name, title: content.title, controls: order, pairs: files.flatMap(pairsOf) } }
}

function pairsOf({ node, content }: ProfileFile): ProfilePair[] {
  const locate = locateIn(node)
  return content.pairs.map((pair, index) => {
    const at = (end: 'server' | 'client'): Source | null => locate(['pairs', index, end], 'value')
    return { ...pair, sources: { server: at('server'), client: at('client') } }
  })
}

function take(
  { node, content }: ProfileFile,
  chosen: Map<string, ChosenControl>,
  registry: ReadonlyMap<string, Control>,
  diagnostics: Diagnostic[],
): void {
  for (const [id, choice] of Object.entries(content.controls)) {
    const locate: Locate = (path, of) => locateIn(node)(['controls', id, ...path], of)
    const found = controlOf(id, choice, locate, chosen, registry)
    if ('diagnostics' in found) diagnostics.push(...found.diagnostics)
    else if (choice === false) chosen.delete(id)
    else {
      const made = chooseControl(found, choice, chosen.get(id), locate)
      if ('diagnostics' in made) diagnostics.push(...made.diagnostics)
      else chosen.set(id, made)
    }
  }
}

type Choice = z.infer<typeof choiceSchema> | null

/** The control that is built in, that an extended profile brought, or that is said here. */
function controlOf(
  id: string,
  choice: Choice | false,
  locate: Locate,
  chosen: ReadonlyMap<string, ChosenControl>,
  registry: ReadonlyMap<string, Control>,
): { control: Control; isNew: boolean } | { diagnostics: Diagnostic[] } {
  const said = OWN_KEYS.find((key) => choice !== false && choice?.[key] !== undefined)
  const builtIn = registry.get(id)
  const known = builtIn ?? chosen.get(id)?.control
  if (said === undefined && known !== undefined) return { control: known, isNew: false }
  if (said === undefined) {
    const hint = didYouMean(id, [...registry.keys(), ...chosen.keys()]) || UNKNOWN_HINT
    const source = locate([], 'key')
    return { diagnostics: [errorDiagnostic('unknown-control', `no control is named "${id}"`, { source, hint })] }
  }
  if (builtIn !== undefined) {
    const source = locate([said], 'key')
    const hint = 'give a control of your own another id'
    return {
      diagnostics: [errorDiagnostic('own-control', `"${id}" is built in and takes no ${said}`, { source, hint })],
    }
  }
  const read = readOwnControl(id, choice, locate)
  return 'diagnostics' in read ? read : { control: read.control, isNew: true }
}

const UNKNOWN_HINT = 'mptcp-fleet doc controls lists them; one of your own needs an expression'

function chooseControl(
  { control, isNew }: { control: Control; isNew: boolean },
  choice: Choice,
  before: ChosenControl | undefined,
  locate: Locate,
): ChosenControl | { diagnostics: Diagnostic[] } {
  const given = { ...(before?.params as object | undefined), ...choice?.params }
  const checked = validate(control.params, given, {
    prefix: `${control.id}.params`,
    locate: (path, of) => locate(['params', ...path], of),
  })
  if ('diagnostics' in checked) return checked
  const earlier = isNew ? undefined : before
  const severity = choice?.severity ?? earlier?.severity ?? control.severity
  const required = choice?.required ?? earlier?.required ?? false
  return { control, severity, params: checked.value, required }
}
