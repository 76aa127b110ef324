/** `doc [NAME]`: explains modules, facts, controls, exit codes, commands and what templates can use. */
import { EXIT } from '../../model/exit-codes.ts'
import { defineCommand } from '../command.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'

export const command = defineCommand({
  usage: 'doc [NAME]',
  summary: 'Explain a module, a fact, a control, a command or the exit codes; without a name, list them all.',
  examples: [
    'doc',
    'doc mptcp_pair',
    'doc limits',
    'doc pair',
    'doc filters',
    'doc controls',
    'doc exit-codes',
    'doc oci',
  ],
  flags: {},
  args: { min: 0, max: 1 },
  run: async ({ args: [name] }, io) => {
    io.stdout.write(await explain(name ?? null, io))
    return EXIT.ok.code
  },
})

const OCI = {
  name: 'oci: inventories NAME.oci.yml',
  summary:
    "The instances of a tenancy of Oracle Cloud Infrastructure as hosts, as Oracle's own Ansible plugin oracle.oci.oci reads them. " +
    'Each host has the variable vnics: all its VNICs with their addresses, subnet, security groups and source/destination check. ' +
    'OCI_METADATA_BASE_URL names another metadata service for instance principals.',
}

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
  const { renderTemplatePage, TEMPLATE_PAGES } = await import('../doc/templates.ts')
  const page = TEMPLATE_PAGES.get(name)
  if (page !== undefined) return renderTemplatePage(page, style)
  const { controls } = await import('../../audit/registry.ts')
  const { renderControl, renderControls } = await import('../doc/controls.ts')
  if (name === 'controls') return renderControls([...controls.values()], style)
  const control = controls.get(name)
  if (control !== undefined) return renderControl(control, style)
  if (name === 'exit-codes') return `${renderExitCodes(style)}\n`
  if (name === 'oci') {
    const { ociSchema } = await import('../../inventory/oci/schema.ts')
    const { renderKeys } = await import('../doc/render.ts')
    return renderKeys(OCI, ociSchema, style)
  }
  const { commands } = await import('../commands.ts')
  const entry = commands.find((one) => one.name === name)
  const { renderCommandHelp } = await import('../command-help.ts')
  const help = entry === undefined ? '' : renderCommandHelp((await entry.load()).command, Math.min(style.width, 100))
  const module = modules.get(name)
  if (module !== undefined) return [renderModule(module, style), help].filter((text) => text !== '').join('\n')
  if (help !== '') return help
  const found = allFacts.find((line) => kind(line.name) === kind(name))
  if (found !== undefined) return renderFact(found, found.fact, style)
  const { didYouMean } = await import('../../text/closest.ts')
  const known = [
    modules.keys(),
    allFacts.map((line) => line.name),
    commands.map((one) => one.name),
    controls.keys(),
    ['exit-codes', 'controls', 'oci', ...TEMPLATE_PAGES.keys()],
  ]
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
