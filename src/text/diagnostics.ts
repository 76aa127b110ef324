/** Which diagnostics are shown, and in which order. */
import type { Diagnostic } from '../model/diagnostic.ts'

/** By line and column within one file; the files stay in the order in which they were read. */
export function inFileOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map((each) => each.source?.file))]
  return diagnostics.toSorted((a, b) => {
    const file = files.indexOf(a.source?.file) - files.indexOf(b.source?.file)
    if (file !== 0 || a.source === null || b.source === null) return file
    return a.source.line - b.source.line || a.source.column - b.source.column
  })
}

/** Adds it unless the same is said already of the same place, for another host say. */
export function addOnce(diagnostics: Diagnostic[], diagnostic: Diagnostic): void {
  const same = (other: Diagnostic): boolean =>
    other.summary === diagnostic.summary && JSON.stringify(other.source) === JSON.stringify(diagnostic.source)
  if (!diagnostics.some(same)) diagnostics.push(diagnostic)
}
