/** The real ansible-core as a referee, in one process for all questions: starting it takes half a second, a case 14 ms. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Debian's package comes with the system's own Python. */
const PYTHON = '/usr/bin/python3'

export const hasAnsible = spawnSync(PYTHON, ['-c', 'import ansible']).status === 0
export const skipped = hasAnsible ? '' : ' (skipped: ansible-core is not installed; .ci/setup test installs it)'

export interface Verdict {
  status: number
  stdout: string
  stderr: string
}

/** The JSON that was printed, or that it was refused. Python writes numbers that are none in JSON, and knows -0. */
export function answerOf({ status, stdout }: Verdict): unknown {
  if (status !== 0) return 'refused'
  const value = JSON.parse(stdout.replaceAll(/: (NaN|-?Infinity)(?=,?$)/gm, ': "$1"')) as unknown
  return JSON.parse(JSON.stringify(value)) as unknown
}

/** As `hosts:` of a play has it. */
export type Pattern = string | readonly string[]

export interface Referee {
  /** What `ansible-inventory` says. `plugins`: the readers that are tried, unless Ansible's own list. */
  ask: (cwd: string, args: readonly string[], plugins?: readonly string[]) => Promise<Verdict>
  /** The names of the hosts that a pattern means, as JSON. */
  hosts: (cwd: string, sources: readonly string[], pattern: Pattern, limit?: string | null) => Promise<Verdict>
  /** The value of a template, as JSON; variables whose names begin with "unsafe" are marked so. */
  template: (template: string, vars: object) => Promise<Verdict>
  close: () => void
}

/** Nobody's configuration or environment has a part in it. */
export function startReferee(): Referee {
  const home = mkdtempSync(join(tmpdir(), 'mptcp-fleet-referee-'))
  const config = join(home, 'ansible.cfg')
  writeFileSync(config, '')
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C.UTF-8',
    ANSIBLE_CONFIG: config,
    ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: 'true',
    ANSIBLE_DUPLICATE_YAML_DICT_KEY: 'error',
    ANSIBLE_LOCALHOST_WARNING: '0',
  }
  const child: ChildProcessWithoutNullStreams = spawn(PYTHON, [join(import.meta.dirname, 'referee.py')], { env })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const request = async (question: object): Promise<Verdict> => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const { value, done } = await answers.next()
    if (done === true) throw new Error(`the referee ended: ${stderr}`)
    return JSON.parse(value) as Verdict
  }
  return {
    ask: async (cwd, args, plugins) => await request({ cwd, args, plugins }),
    hosts: async (cwd, sources, pattern, limit) => await request({ cwd, sources, pattern, limit }),
    template: async (template, vars) => await request({ cwd: home, template, vars }),
    close: () => {
      child.stdin.end()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
