/** What can be wrong with a text file before anyone looks at what it says. Pure: callers do the reading. */
import type { Diagnostic } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'

const HINT = 'cat FILE shows whether it can be read at all'

const REASONS: Readonly<Record<string, [code: string, summary: string, hint: string]>> = {
  ENOENT: ['file-missing', 'no such file', 'check the path; it is relative to the working directory'],
  EAGAIN: ['file-is-device', 'this says nothing until something happens', 'name a file that is complete'],
  EACCES: ['file-unreadable', 'no permission to read it', 'make the file readable for the user who runs this'],
  EPERM: ['file-unreadable', 'no permission to read it', 'make the file readable for the user who runs this'],
  EISDIR: ['file-is-directory', 'this is a directory, not a file', 'name the file itself'],
  ENOTDIR: ['file-missing', 'a part of the path is a file, not a directory', 'check the path'],
  EFBIG: ['file-too-long', 'this is longer than any file of its kind', 'name the file itself; is this a device?'],
  ENOTTY: ['file-is-device', 'this is a device, not a file', 'name a file, or hand it over with <(…)'],
  EPIPE: ['file-is-pipe', 'this is a named pipe, not a file', 'name a file, or hand it over with <(…)'],
  ELOOP: ['file-unreadable', 'the symbolic links of this path go round in a circle', 'repair the link'],
}

/** Says why a file could not be read, from the error that node:fs threw. */
export function unreadableFile(error: unknown, file: string): Diagnostic {
  const errno = (error as NodeJS.ErrnoException | null)?.code ?? ''
  const source = { file, line: 1, column: 1 }
  const [code, summary, hint] = REASONS[errno] ?? [
    'file-unreadable',
    `cannot be read (${errno || String(error)})`,
    HINT,
  ]
  return errorDiagnostic(code, summary, { hint, source })
}

/** Decodes UTF-8 strictly, with or without a byte order mark; anything else is a diagnostic with its position. */
export function decodeText(bytes: Uint8Array, file: string): { text: string } | { diagnostic: Diagnostic } {
  const nul = bytes.indexOf(0)
  if (nul >= 0) {
    const summary = 'this is a binary file (it has a NUL byte), not text'
    const hint = 'name a text file in UTF-8'
    return { diagnostic: errorDiagnostic('file-binary', summary, { hint, source: position(bytes, nul, file) }) }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.startsWith('$ANSIBLE_VAULT;') ? { diagnostic: encryptedFile(file) } : { text }
  } catch {
    const summary = 'this is not UTF-8 text'
    const hint = 'save the file as UTF-8, for example with: iconv -f ISO-8859-1 -t UTF-8'
    const source = position(bytes, firstBadByte(bytes), file)
    return { diagnostic: errorDiagnostic('file-not-utf8', summary, { hint, source }) }
  }
}

function encryptedFile(file: string): Diagnostic {
  const summary = 'this file is encrypted by ansible-vault, and files of this kind are not opened'
  const hint = 'decrypt it; inventories, files of variables and playbooks may stay encrypted'
  return errorDiagnostic('not-supported', summary, { hint, source: { file, line: 1, column: 1 } })
}

/** Where decoding first differs: the replacement character stands where the bytes are wrong. */
function firstBadByte(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const encoded = new TextEncoder().encode(text)
  const differs = bytes.findIndex((byte, i) => byte !== encoded[i])
  return Math.max(0, differs)
}

function position(bytes: Uint8Array, offset: number, file: string): { file: string; line: number; column: number } {
  let line = 1
  let start = 0
  for (let i = 0; i < offset; i++) {
    if (bytes[i] === 0x0a) {
      line++
      start = i + 1
    }
  }
  return { file, line, column: offset - start + 1 }
}
