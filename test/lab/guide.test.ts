/** The guide, step by step and in its order, on two stock hosts: done by the tool, looked at by the guide's own commands. */
import { afterAll, expect, test } from 'vitest'
import type { RunReport } from '../../src/model/report.ts'
import type { GuideStep } from '../support/guide-walk.ts'
import { loadWalk, playbookOf } from '../support/guide-walk.ts'
import type { CliResult } from './support/cli.ts'
import { cli, reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

const HOSTS = ['system-a', 'system-b']

/** Does a step as a user would: by a command, or a playbook in a file. A playbook that could be read leaves a report. */
async function run(step: GuideStep): Promise<CliResult & { report?: RunReport }> {
  const inventory = ['-i', lab().inventoryFile]
  const [name, ...rest] = step.command ?? []
  if (name !== undefined) return await cli([name, ...inventory, ...rest], { cwd: work.folder })
  const verb = step.plan === undefined ? ['apply', '--yes'] : ['plan', '-v']
  const args = [...verb, ...inventory, playbookOf(step, (text) => work.write('step.yml', text))]
  return step.code === 1 ? await cli(args, { cwd: work.folder }) : await reported(work.folder, args)
}

/** What a command prints on a host, without blanks at the ends of lines and the last line end. */
async function printed(host: string, line: string): Promise<string> {
  const { stdout } = await lab().exec(host, line)
  return stdout.replaceAll(/[ \t]+$/gm, '').trimEnd()
}

test.each(loadWalk())('$row: $step', async (step) => {
  for (const [host, line] of step.before) expect(await lab().exec(host, line), line).toMatchObject({ rc: 0 })

  const { code, stdout, stderr, report } = await run(step)
  const said = stdout + stderr
  expect(code, said).toBe(step.code)
  for (const pattern of step.says) expect(said).toMatch(new RegExp(pattern, 'm'))
  const done = (report?.hosts ?? []).flatMap(({ changes }) => changes).filter(({ status }) => status === 'done')
  expect(done.length > 0, said).toBe(step.looks !== true)

  if (step.reboots === true) await Promise.all(HOSTS.map((host) => lab().reboot(host)))
  for (const [where, line, prints] of step.shows) {
    for (const host of where === 'all' ? HOSTS : [where]) {
      const shown = { host, line, prints: await printed(host, line) }
      if (prints.startsWith('~')) expect(shown.prints, `${host}: ${line}`).toMatch(new RegExp(prints.slice(1), 'm'))
      else expect(shown).toEqual({ host, line, prints })
    }
  }
})
