/** `plan --out FILE`: whether it can be written is known before any host is reached, and it is written after the run. */
import { accessSync, constants, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Assembled } from '../../engine/assemble.ts'
import { keepFacts } from '../../engine/expected.ts'
import type { FactResults } from '../../engine/script/probe.ts'
import { shown as redacted } from '../../engine/shown.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import type { Emit, RunRequestRecord } from '../../model/events.ts'
import { writeDurably } from '../../store/durable.ts'
import type { SavedFact, ShownChange } from '../../store/saved-plan.ts'
import { newSavedPlan } from '../../store/saved-plan.ts'
import type { Io } from '../io.ts'
import { machinesOf, pathBetween, shownChange, variablesOf } from './plan-record.ts'
import { checkKey, PLAN, signTexts } from './signature.ts'

/** Where a plan is to be kept, and the key that signs it; null: none does. */
export interface PlanFile {
  file: string
  sign: string | null
}

/** Throws DiagnosticsError where the file or its signature could not be made. `inputs`: files that it must not replace. */
export function checkPlanFile({ file, sign }: PlanFile, inputs: readonly string[], cwd: string): void {
  const path = resolve(cwd, file)
  const there = statSync(path, { throwIfNoEntry: false })
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw refused(`--out ${file}: ${dirname(path)} is no folder`, 'make it first')
  }
  if (there?.isDirectory() === true) throw refused(`--out ${file}: this is a folder`, 'name a file in it')
  if (there?.isFile() === false) throw refused(`--out ${file}: this is no file`, 'name another one')
  if (inputs.some((input) => resolve(cwd, input) === path)) {
    throw refused(`--out ${file}: the plan is made from this file`, 'name another one, such as site.plan')
  }
  if (!may(dirname(path), constants.W_OK)) {
    throw refused(`--out ${file}: ${dirname(path)} cannot be written to`, 'name a file in another folder')
  }
  checkKey(sign, cwd)
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/**
 * Collects a plan while it is made; `write` puts it and its signature into their files (0600), or neither. Both throw
 * DiagnosticsError.
 */
export function planKeeper(
  { file, sign }: PlanFile,
  { io, assembled, request, runId }: { io: Io; assembled: Assembled; request: RunRequestRecord; runId: string },
): { onFacts: (host: string, results: FactResults) => void; subscriber: Emit; write: () => Promise<void> } {
  const facts: Record<string, Record<string, SavedFact>> = {}
  const shown: Record<string, ShownChange[]> = {}
  const path = resolve(io.cwd, file)
  const kept = (name: string): string => pathBetween(io.cwd, dirname(path), name)
  const playbooks = request.playbooks.map((name) => ({ file: kept(name), text: playbookText(name, io) }))
  return {
    onFacts: (host, results) => {
      facts[host] = { ...keepFacts(results, io.secrets), ...facts[host] }
    },
    subscriber: (event) => {
      if (event.type !== 'plan-ready') return
      for (const { host, changes } of event.plan.hosts) (shown[host] ??= []).push(...changes.map(shownChange))
    },
    write: async () => {
      const { limit, tags, skipTags } = request
      const inventories = request.inventories.map(kept)
      const variables = variablesOf(assembled, runId, io.secrets)
      const hosts = machinesOf(assembled, io.secrets)
      const rest = { runId, playbooks, inventories, limit, tags, skipTags, hosts, variables, facts, shown }
      const text = `${JSON.stringify(redacted(newSavedPlan(rest), io.secrets), null, 1)}\n`
      let signature: string | null = null
      if (sign !== null) {
        const how = { key: sign, namespace: PLAN, io }
        await signTexts([{ file, text: () => text }], how, (_file, _text, made) => (signature = made))
      }
      try {
        // The signature first: an older plan that it does not fit is refused, where one without any might be taken.
        if (signature === null) rmSync(`${path}.sig`, { force: true })
        else writeDurably(`${path}.sig`, signature)
        writeDurably(path, text)
      } catch (error) {
        throw refused(`--out ${file}: ${(error as Error).message}`, 'the plan was not kept: plan again')
      }
    },
  }
}

function playbookText(name: string, io: Io): string {
  const path = resolve(io.cwd, name)
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw refused(`--out keeps the text of ${name}, which is no file`, 'write the playbook into a file')
  }
  const text = readFileSync(path, 'utf8')
  if (!io.secrets.occursIn(text)) return text
  const hint = 'keep it in the inventory, best encrypted by ansible-vault, and name its variable'
  throw refused(`--out keeps the text of ${name}, and a known secret stands in it`, hint)
}

function refused(summary: string, hint: string): DiagnosticsError {
  return new DiagnosticsError([errorDiagnostic('plan-file', summary, { hint })])
}
