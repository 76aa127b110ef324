/** Inventory scripts: programs that print an inventory as JSON when called with --list, and a host's variables with --host. */
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import pLimit from 'p-limit'
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../model/diagnostic.ts'
import { markUnsafe } from '../model/unsafe.ts'
import type { Draft } from './draft.ts'
import type { JsonValues } from './json-inventory.ts'
import { parseInventoryJson, readJsonInventory, readJsonVars } from './json-inventory.ts'
import { runProgram } from './program.ts'
import type { Reader } from './read.ts'
import { displayPath } from './read.ts'

/** Calls with --host at a time; each is a process of its own. */
const AT_ONCE = 8

/** Whether a file is a program that may be run. Without `#!`, text is no program, whatever a shell would make of it. */
export async function isProgram(path: string, mode: number, isFile: boolean): Promise<boolean> {
  if (!isFile || (mode & 0o111) === 0) return false
  const file = await open(path).catch(() => null)
  if (file === null) return false
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    const head = buffer.subarray(0, bytesRead).toString('latin1')
    return head.startsWith('#!') || head === '\u007fELF'
  } finally {
    await file.close()
  }
}

/** Runs the script and adds what it prints to the draft; what is wrong goes into the reader's diagnostics. */
export async function readScript(path: string, draft: Draft, reader: Reader): Promise<void> {
  const source = { file: displayPath(path, reader.cwd), line: 1, column: 1 }
  // What a program prints is text from elsewhere, and never a template.
  const values: JsonValues = { source, vault: reader.vault, mark: markUnsafe }
  try {
    const list = await printed(path, ['--list'], source, reader)
    const data = parseInventoryJson(list, source, 'the inventory script with --list printed')
    const { hosts, lacksVars, diagnostics } = readJsonInventory(data, draft, values)
    reader.diagnostics.push(...diagnostics)
    if (!lacksVars) return
    const limit = pLimit(AT_ONCE)
    // Answers are taken in the order of the hosts, whichever comes first.
    const answers = await Promise.all(
      hosts.map((host) => limit(async () => await printed(path, ['--host', host], source, reader))),
    )
    for (const [i, host] of hosts.entries()) {
      const vars = parseInventoryJson(answers[i]!, source, `the inventory script with --host ${host} printed`)
      readJsonVars(vars, `host ${host}`, draft.hosts.get(host)!, values, reader.diagnostics)
    }
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    reader.diagnostics.push(...error.diagnostics)
  }
}

/** What the script prints; its words on stderr become a warning, or the reason why it failed. */
async function printed(path: string, args: readonly string[], source: Source, reader: Reader): Promise<string> {
  const { stdout, said, failed } = await runProgram([resolve(reader.cwd, path), ...args], reader)
  const called = `the inventory script with ${args.join(' ')}`
  const byHand = `run it by hand to see what is wrong, or keep what it prints in a file: ${path} --list > hosts.json`
  if (failed !== null) throw refusal(`${called}: ${failed}`, said, source, byHand)
  if (said !== '') reader.diagnostics.push({ ...problem(`${called} said: ${said}`, '', source), severity: 'warning' })
  reader.count(`${source.file} ${args.join(' ')}`, stdout)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(stdout)
  } catch {
    throw refusal(`${called} printed something that is not UTF-8`, '', source, 'JSON is UTF-8')
  }
}

function refusal(summary: string, said: string, source: Source, hint: string): DiagnosticsError {
  return new DiagnosticsError([{ ...problem(summary, hint, source), detail: said }])
}

function problem(summary: string, hint: string, source: Source): Diagnostic {
  return errorDiagnostic('inventory-script', summary, { source, hint })
}
