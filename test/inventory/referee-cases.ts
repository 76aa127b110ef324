/** The inventories that are put before ansible-core and before us: one file of test/cases/referee for each topic. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { makeFiles } from './files.ts'
import type { Pattern } from './referee.ts'

export interface Case {
  name: string
  /** The only file: `hosts`, or `hosts.yml`. */
  ini?: string
  yml?: string
  files?: Record<string, string>
  args?: string[]
  /** Files that begin with #! may be executed anyway. */
  modes?: Record<string, number>
  /** Variables of our environment. */
  env?: Record<string, string>
  /** Symbolic links: where they lie, and what stands in them. */
  links?: Record<string, string>
  /** Why we deliberately read it otherwise, and what we make of it: the list, or that we refuse it. */
  differs?: string
  ours?: unknown
  /** The test that shows a difference which no list of an inventory does. */
  elsewhere?: string
  /** Further questions. Patterns, each with its hosts as answer; `limit` is for all of them. */
  patterns?: Pattern[]
  limit?: string
  /** What is shown of single hosts, named by patterns. */
  hosts?: string[]
  /** What else stands behind `--graph`. */
  graph?: string[][]
  /** Whether `--list --yaml` is asked for. */
  yaml?: boolean
}

const folder = join(import.meta.dirname, '../cases/referee')

const files = readdirSync(folder).map((file) => ({
  topic: file.replace('.yml', ''),
  cases: parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as Case[],
}))

export const topics = files.map(({ topic, cases }) => ({
  topic,
  cases: cases.filter(({ elsewhere }) => elsewhere === undefined),
}))

/** Where we read or show something otherwise than Ansible, on purpose. */
export const differences = files.flatMap(({ cases }) => cases).filter(({ differs }) => differs !== undefined)

/** The arguments that name its inventories. */
export function argsOf({ args, yml }: Case): string[] {
  return args ?? ['-i', yml === undefined ? 'hosts' : 'hosts.yml']
}

/** The folder of a case. */
export function makeCase({ ini = '', yml, modes = {}, links = {}, ...more }: Case): string {
  const files = more.files ?? (yml === undefined ? { hosts: ini } : { 'hosts.yml': yml })
  const dir = makeFiles(files)
  const programs = Object.keys(files).filter((name) => files[name]!.startsWith('#!'))
  for (const name of programs) chmodSync(join(dir, name), 0o755)
  for (const [name, mode] of Object.entries(modes)) chmodSync(join(dir, name), mode)
  for (const [name, target] of Object.entries(links)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    symlinkSync(target, join(dir, name))
  }
  return dir
}
