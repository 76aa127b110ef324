/** `doc [NAME]`: explains modules, facts, exit codes and commands. */
import { EXIT } from '../../model/exit-codes.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

export const command = defineCommand({
  usage: 'doc [NAME]',
  summary: 'Explain a module, a fact, a command or the exit codes; without a name, list them all.',
  examples: ['doc', 'doc mptcp_pair', 'doc limits', 'doc pair', 'doc exit-codes'],
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
  const { renderExitCodes, renderFact, renderIndex, renderModule } = await import('../doc/render.ts')
  const style = styleOf(io.stdout, io.env)
  const allFacts = [
    ...[...facts.values()].map((fact) => ({ name: fact.key, summary: fact.summary, fact })),
    ...factsWithArguments.map(({ key, summary, sample }) => ({ name: key, summary, fact: sample })),
  ]
  if (name === null) return renderIndex([...modules.values()], allFacts, style)
  if (name === 'exit-codes') return `${renderExitCodes(style)}\n`
  const module = modules.get(name)
  if (module !== undefined) return renderModule(module, style)
  const found = allFacts.find((line) => kind(line.name) === kind(name))
  if (found !== undefined) return renderFact(found, found.fact, style)
  const { commands } = await import('../commands.ts')
  const entry = commands.find((one) => one.name === name)
  if (entry !== undefined) {
    const { renderCommandHelp } = await import('../command-help.ts')
    return renderCommandHelp((await entry.load()).command, Math.min(style.width, 100))
  }
  const { didYouMean } = await import('../../text/closest.ts')
  const known = [modules.keys(), allFacts.map((line) => line.name), commands.map((one) => one.name), ['exit-codes']]
  throw usageError(
    `nothing is called "${name}"`,
    didYouMean(
      name,
      known.flatMap((names) => [...names]),
    ) || 'mptcp-fleet doc lists all names',
  )
}

/** Plans and reports name a fact with its argument, or with what of it changes: `file//etc/hosts`, `limits/subflows`. */
function kind(fact: string): string {
  return fact.split('/', 1)[0] ?? ''
}
