/** Holds the table of architecture.md: which room may import which, and what stays out of the pure rooms. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')

const PURE = new Set(['model', 'text', 'mptcp', 'facts', 'modules', 'audit', 'report'])
const FORBIDDEN_IN_PURE = ['node:fs', 'node:child_process', 'node:net', 'fs', 'child_process', 'net']

/** Rooms that each room may import besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  text: ['model'],
  mptcp: ['model', 'text'],
  facts: ['model', 'text', 'mptcp'],
  modules: ['model', 'text', 'mptcp', 'facts'],
  audit: ['model', 'text', 'mptcp', 'facts'],
  inventory: ['model', 'text'],
  transport: ['model', 'text'],
  playbook: ['model', 'text', 'modules'],
  engine: ['model', 'text', 'mptcp', 'inventory', 'playbook', 'facts', 'modules', 'audit', 'transport'],
  store: ['model', 'text'],
  report: ['model', 'text'],
  lab: ['model', 'text', 'transport'],
  cli: [
    'model',
    'text',
    'mptcp',
    'inventory',
    'playbook',
    'facts',
    'modules',
    'audit',
    'transport',
    'engine',
    'store',
    'report',
    'lab',
  ],
}

/** What may lie at the top of the project, beside dot files. */
const TOP_LEVEL = new Set([
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'coverage',
  'dist',
  'inventories',
  'node_modules',
  'package-lock.json',
  'package.json',
  'playbooks',
  'src',
  'test',
  'tsconfig.json',
])

interface Import {
  file: string
  specifier: string
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(src, name))

const texts = new Map(files.map((file) => [file, withoutComments(readFileSync(file, 'utf8'))]))

const imports: Import[] = files.flatMap((file) =>
  [...texts.get(file)!.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g)].map((match) => ({
    file,
    specifier: match[2]!,
  })),
)

const relativeImports = imports.filter(({ specifier }) => specifier.startsWith('.'))

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
}

/** The folder below src that a file lies in; `main` for main.ts. */
function roomOf(file: string): string {
  const [first = '', ...rest] = relative(src, file).split('/')
  return rest.length === 0 ? first.replace(/\.ts$/, '') : first
}

function shown(file: string): string {
  return relative(root, file)
}

describe('the table of imports', () => {
  it('is held against files and imports that exist', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(relativeImports.length).toBeGreaterThan(100)
    expect(relativeImports.some(({ file }) => roomOf(file) === 'cli')).toBe(true)
  })

  it('knows every room', () => {
    const unknown = new Set(files.map(roomOf).filter((room) => room !== 'main' && !(room in MAY_IMPORT)))
    expect([...unknown]).toEqual([])
  })

  it('resolves every relative import', () => {
    const lost = relativeImports.filter(({ file, specifier }) => !existsSync(resolve(dirname(file), specifier)))
    expect(lost.map(({ file, specifier }) => `${shown(file)}: ${specifier}`)).toEqual([])
  })

  it('lets rooms import only what lies below them', () => {
    const wrong = relativeImports.filter(({ file, specifier }) => {
      const [from, to] = [roomOf(file), roomOf(resolve(dirname(file), specifier))]
      if (from === 'main') return to !== 'cli'
      return from !== to && MAY_IMPORT[from]?.includes(to) !== true
    })
    expect(wrong.map(({ file, specifier }) => `${shown(file)}: ${specifier}`)).toEqual([])
  })

  it('keeps files, processes and sockets out of the pure rooms', () => {
    const wrong = imports.filter(
      ({ file, specifier }) =>
        PURE.has(roomOf(file)) &&
        FORBIDDEN_IN_PURE.some((name) => specifier === name || specifier.startsWith(`${name}/`)),
    )
    expect(wrong.map(({ file, specifier }) => `${shown(file)}: ${specifier}`)).toEqual([])
  })
})

describe('the house', () => {
  it('has nothing at its top that nobody knows', () => {
    expect(readdirSync(root).filter((name) => !name.startsWith('.') && !TOP_LEVEL.has(name))).toEqual([])
  })

  it('has no default exports', () => {
    const wrong = files.filter((file) => /^\s*export\s+default\b|\bas\s+default\b/m.test(texts.get(file)!))
    expect(wrong.map(shown)).toEqual([])
  })

  it('imports zod as one namespace, of which the bundle then carries only what is used', () => {
    const wrong = files.filter((file) => /^import (?!type\b|\* as ).*from 'zod'/m.test(texts.get(file)!))
    expect(wrong.map(shown)).toEqual([])
  })

  it('ends the process in main.ts only', () => {
    const ending = files.filter((file) => /\bprocess\s*\.\s*(?:exit\s*\(|reallyExit|abort\s*\()/.test(texts.get(file)!))
    expect(ending.map(shown)).toEqual(['src/main.ts'])
  })
})
