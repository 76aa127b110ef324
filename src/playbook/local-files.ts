/** Files of the controller that a task's parameters name: read before any host is reached. */
import fs from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import type { Module } from '../modules/define.ts'
import { decodeText, unreadableFile } from '../text/file.ts'
import type { Locate } from '../text/validate.ts'
import { wholeFileReader } from '../text/whole-file.ts'

const readBounded = wholeFileReader(fs)

/** Takes the files into the parameters. `folders` are tried in their order. */
export function loadFiles(
  module: Module,
  params: unknown,
  at: { folders: readonly string[]; locate: Locate },
): { params: unknown } | { diagnostics: Diagnostic[] } {
  if (module.kind !== 'host' || module.load === undefined) return { params }
  const diagnostics: Diagnostic[] = []
  const loaded: unknown = module.load(params, (path, param) => {
    const read = readText(at.folders, path)
    if ('text' in read) return read.text
    const { code, summary, hint } = read
    const source = at.locate(param.split('.'), 'value')
    diagnostics.push(errorDiagnostic(code, `${module.name}.${param}: ${path}: ${summary}`, { source, hint }))
    return ''
  })
  return diagnostics.length > 0 ? { diagnostics } : { params: loaded }
}

type Fault = Pick<Diagnostic, 'code' | 'summary' | 'hint'>

function readText(folders: readonly string[], path: string): { text: string } | Fault {
  for (const folder of folders) {
    try {
      const decoded = decodeText(readBounded(resolve(folder, path)), path)
      if ('text' in decoded) return decoded
      const { code, summary } = decoded.diagnostic
      return { code, summary, hint: 'only files of UTF-8 text can be sent' }
    } catch (error) {
      const fault = unreadableFile(error, path)
      if (fault.code !== 'file-missing') return fault
    }
  }
  const hint = isAbsolute(path) ? 'check the path' : `looked for in ${[...new Set(folders)].join(', ')}`
  return { code: 'file-missing', summary: 'no such file', hint }
}
