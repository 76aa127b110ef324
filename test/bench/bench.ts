/**
 * `npm run bench`, or `npm run bench -- apply|audit|history|html|inventory`: how long things take, beside what else does
 * them. Writes Markdown
 * tables to .mptcp-fleet/bench/bench.md and prints them.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { benchApply } from './apply.ts'
import { benchAudit } from './audit.ts'
import { benchHistory } from './history.ts'
import { benchHtml } from './html.ts'
import { benchInventory } from './inventory.ts'

const OUT = path.resolve(import.meta.dirname, '../../.mptcp-fleet/bench')
const parts = {
  apply: benchApply,
  audit: benchAudit,
  history: benchHistory,
  html: benchHtml,
  inventory: benchInventory,
}
const names = Object.keys(parts) as (keyof typeof parts)[]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) throw new Error(`there is no part "${unknown.join(' ')}": ${names.join(' or ')}`)

mkdirSync(OUT, { recursive: true })
const tables: string[] = []
for (const name of names) if (asked.length === 0 || asked.includes(name)) tables.push(await parts[name]())
const text = tables.join('\n')
writeFileSync(path.join(OUT, 'bench.md'), text)
process.stdout.write(`\n${text}`)
