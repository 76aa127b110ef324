/** `doc [NAME]`: explains modules, facts and exit codes. */
import { EXIT } from '../../model/exit-codes.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

export const command = defineCommand({
  usage: 'doc [NAME]',
  summary: 'Explain a module, a fact, or the exit codes; without a name, list them all.',
  examples: ['doc', 'doc mptcp_pair', 'doc exit-codes'],
  flags: {},
  args: { min: 0, max: 1 },
  run: async ({ args: [name] }, io) => {
    io.stdout.write(await explain(name ?? null, io))
    return EXIT.ok.code
  },
})

async function explain(name: string | null, io: Io): Promise<string> {
  const { modules } = await import('../../modules/registry.ts')
  const { facts, factsWithArguments } = await import('../../facts/registry.ts')
  const { styleOf } = await import('../../report/style.ts')
  const { didYouMean } = await import('../../text/closest.ts')
  const { renderExitCodes, renderFact, renderIndex, renderModule } = await import('../doc/render.ts')
  const style = styleOf(io.stdout, io.env)
  const factLines = [...facts.values()].map(({ key, summary }) => ({ name: key, summary }))
  const allFacts = [...factLines, ...factsWithArguments.map(({ key, summary }) => ({ name: key, summary }))]
  if (name === null) return renderIndex([...modules.values()], allFacts, style)
  if (name === 'exit-codes') return `${renderExitCodes(style)}\n`
  const module = modules.get(name)
  if (module !== undefined) return renderModule(module, style)
  const fact = allFacts.find((line) => line.name === name || line.name.startsWith(`${name}/`))
  if (fact !== undefined) return renderFact(fact, facts.get(name)?.probe ?? null, style)
  const known = [...modules.keys(), ...allFacts.map((line) => line.name), 'exit-codes']
  throw usageError(`nothing is called "${name}"`, didYouMean(name, known) || 'mptcp-fleet doc lists all names')
}
