/** What formats of reports have in common, and which of them a file's name asks for. */

/** Of reports of every kind: that of an apply run has no .hdf.json, which must not be taken for its .json. */
const ENDINGS = ['.csv', '.hdf.json', '.html', '.json', '.junit.xml', '.md', '.oscal.json', '.prom', '.xml'] as const

export interface Format<Report> {
  /** With the dot, the usual one first. */
  endings: readonly (typeof ENDINGS)[number][]
  summary: string
  render: (report: Report) => string
}

/** The format of the longest ending that the name has, or null. */
export function findFormat<Report>(file: string, formats: readonly Format<Report>[]): Format<Report> | null {
  const name = file.toLowerCase()
  const [ending] = ENDINGS.filter((one) => name.endsWith(one)).toSorted((a, b) => b.length - a.length)
  return formats.find(({ endings }) => endings.some((one) => one === ending)) ?? null
}

/** For help: `.json, .junit.xml, .xml`. */
export function listEndings(formats: readonly Pick<Format<never>, 'endings'>[]): string {
  return formats.flatMap(({ endings }) => endings).join(', ')
}

/** For whoever took another one: `.json (the whole report as JSON), …`. */
export function explainEndings(formats: readonly Pick<Format<never>, 'endings' | 'summary'>[]): string {
  return formats.map(({ endings, summary }) => `${endings.join(' or ')} (${summary})`).join(', ')
}
