/** Waivers: what is failing and accepted, by whom, why, and until when. */
import * as z from 'zod'
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { didYouMean } from '../text/closest.ts'
import { isDay } from '../text/day.ts'
import { locateIn, validateNode } from '../text/validate.ts'
import type { YamlNode } from '../text/yaml-node.ts'
import type { Source } from '../model/diagnostic.ts'

const waiverSchema = z.strictObject({
  control: z.string(),
  hosts: z.string().trim().min(1).describe('host pattern'),
  owner: z.string().trim().min(1).describe('who answers for it'),
  reason: z.string().trim().min(1),
  expires: z
    .string()
    .refine(isDay, 'expected a day as 2027-01-31')
    .describe('the last day on which it holds, YYYY-MM-DD in UTC'),
})

const waiversSchema = z.strictObject({ waivers: z.array(waiverSchema) })

export interface Waiver extends z.infer<typeof waiverSchema> {
  source: Source | null
}

/** What a file of waivers says; one that lacks owner, reason, expiry or hosts is refused. */
export function parseWaivers(
  node: YamlNode,
  controls: Iterable<string>,
): { waivers: Waiver[] } | { diagnostics: Diagnostic[] } {
  const checked = validateNode(waiversSchema, node, '')
  if ('diagnostics' in checked) return checked
  const known = new Set(controls)
  const locate = locateIn(node)
  const unknown = checked.value.waivers.flatMap(({ control }, index) => {
    if (known.has(control)) return []
    const source = locate(['waivers', index, 'control'], 'value')
    const hint = didYouMean(control, known) || 'mptcp-fleet doc controls lists them'
    return [errorDiagnostic('unknown-control', `no control is named "${control}"`, { source, hint })]
  })
  if (unknown.length > 0) return { diagnostics: unknown }
  return {
    waivers: checked.value.waivers.map((waiver, index) => ({ ...waiver, source: locate(['waivers', index], 'value') })),
  }
}

/** Whether a waiver holds on a day; both as YYYY-MM-DD. */
export function isExpired({ expires }: Pick<Waiver, 'expires'>, today: string): boolean {
  return expires < today
}
