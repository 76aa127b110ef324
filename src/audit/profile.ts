/** Profiles: which controls count, how badly, and with which parameters. Pure; files are read by the caller. */
import * as z from 'zod'
import { severitySchema } from '../model/audit.ts'
import type { Severity } from '../model/audit.ts'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import { locateIn, validate, validateNode } from '../text/validate.ts'
import type { YamlNode } from '../text/yaml-node.ts'
import type { Control } from './define.ts'

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

const choiceSchema = z.strictObject({
  severity: severitySchema.optional().describe('in place of the control’s own'),
  params: z.record(z.string(), z.unknown()).optional(),
  required: z.boolean().optional().describe('true: where nothing has tested it, that counts as failing'),
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
  const order = [...registry.keys()].flatMap((id) => chosen.get(id) ?? [])
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
  const locate = locateIn(node)
  for (const [id, choice] of Object.entries(content.controls)) {
    const control = registry.get(id)
    if (control === undefined) {
      const hint = didYouMean(id, registry.keys()) || 'mptcp-fleet doc controls lists them'
      const source = locate(['controls', id], 'key')
      diagnostics.push(errorDiagnostic('unknown-control', `no control is named "${id}"`, { source, hint }))
    } else if (choice === false) chosen.delete(id)
    else {
      const before = chosen.get(id)
      const given = { ...(before?.params as object | undefined), ...choice?.params }
      const checked = validate(control.params, given, {
        prefix: `${id}.params`,
        locate: (path, of) => locate(['controls', id, 'params', ...path], of),
      })
      if ('diagnostics' in checked) diagnostics.push(...checked.diagnostics)
      else {
        const severity = choice?.severity ?? before?.severity ?? control.severity
        const required = choice?.required ?? before?.required ?? false
        chosen.set(id, { control, severity, params: checked.value, required })
      }
    }
  }
}
