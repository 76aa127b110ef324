/** Every module's example, as its documentation shows it, on System A and System B. */
import { cpSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunReport } from '../../src/model/report.ts'
import { modules } from '../../src/modules/registry.ts'
import { EXAMPLE_FILES, examplePlaybooks, parseExample } from '../support/examples.ts'
import { reported, workFolder } from './support/cli.ts'
import { withPairLab } from './support/pair-lab.ts'
import { changedFacts } from './support/round-trip.ts'
import { STAND_INS } from './support/stand-ins.ts'
import { undoRun } from './support/undo.ts'

const lab = withPairLab()
const work = workFolder()
afterAll(() => work.remove())

/** Examples that are applied together, in this order: of each module the document by its number, all unless given. */
interface Round {
  examples: (readonly [module: string, document?: number])[]
  /** Not undone, since later ones build on it. */
  stays?: true
}

const ROUNDS: Round[] = [
  { examples: [['mptcp_available'], ['mptcp_tools'], ['mptcp_enabled'], ['audit']], stays: true },
  { examples: [['mptcp_sysctl'], ['mptcp_service'], ['mptcp_limits'], ['mptcp_endpoints']] },
  { examples: [['mptcp_pair', 0], ['mptcp_test']], stays: true },
  { examples: [['mptcp_pair', 1]] },
  { examples: [['nm_connection']] },
  { examples: [['command'], ['shell'], ['script']] },
]

/** Modules that never change anything. */
const LOOKS = new Set(['mptcp_available', 'mptcp_test', 'audit'])

/** Everything on a host that the examples change. */
const STATE = `
sysctl -a 2>/dev/null | grep '^net.mptcp' | grep -v available
ip mptcp limits
ip mptcp endpoint | grep -v implicit | sed 's/ id [0-9]*//' | sort
for c in eth0 wlan0; do nmcli -t -f connection.mptcp-flags,ipv4.method,ipv4.addresses,ipv4.gateway connection show $c; done
nmcli -t -f DEVICE,STATE,CON-UUID device status | sort
ip route | sed 's/ metric [0-9]*//'
dpkg-query -W -f '\${Package} \${Status}\\n' mptcpize mptcpd 2>/dev/null | grep ' installed'
find /etc/sysctl.d /etc/systemd/system /usr/local -xdev -printf '%p %y %m\\n' | sort
find /etc/sysctl.d /etc/systemd/system /usr/local -xdev -type f -exec sha256sum {} + | sort
ss -HMln | awk '{print $4}' | sort
ls -d /var/lib/captures /sys/class/net/* /root/*`

async function state(): Promise<string[]> {
  return await Promise.all(lab().hosts.map(async ({ name }) => (await lab().exec(name, STATE)).stdout))
}

beforeAll(async () => {
  expect(await lab().exec('system-b', STAND_INS)).toMatchObject({ rc: 0 })
  cpSync(EXAMPLE_FILES, path.join(work.folder, 'files'), { recursive: true })
})

function textsOf([name, document]: Round['examples'][number]): string[] {
  const texts = examplePlaybooks(modules.get(name)!.example)
  return document === undefined ? texts : [texts[document]!]
}

test('every example has its round', () => {
  const run = ROUNDS.flatMap(({ examples }) => examples.flatMap(textsOf))
  const all = [...modules.values()].flatMap(({ example }) => examplePlaybooks(example))
  expect(run.toSorted()).toEqual(all.toSorted())
})

test.each(ROUNDS.map((round) => [round.examples.map((example) => example.join(' ')).join(', '), round] as const))(
  '%s',
  async (_name, { examples, stays }) => {
    const before = await state()
    const text = examples.flatMap(textsOf).join('\n')
    const tasks = parseExample(text).flatMap((play) => play.tasks)
    const changing = tasks.filter(({ module }) => !LOOKS.has(module.name)).map(({ name }) => name)
    const args = ['-i', lab().inventoryFile, work.write('example.yml', text)]
    const planned = await reported(work.folder, ['plan', ...args, '--detailed-exitcode'])
    expect(planned.code, planned.stdout + planned.stderr).toBe(3)
    expect(await state()).toEqual(before)

    const applied = await reported(work.folder, ['apply', ...args, '--yes'])
    expect(applied.code, applied.stdout + applied.stderr).toBe(0)
    expect(changedTasks(applied.report)).toEqual(changing.toSorted())
    const trials = tasks.filter(({ module }) => module.kind === 'trial')
    expect(applied.report.trials.map(({ verdict }) => verdict)).toEqual(trials.map(() => 'pass'))

    const again = await reported(work.folder, ['apply', ...args, '--yes'])
    const found = { code: again.code, changes: changedFacts(again.report) }
    expect(found, again.stdout + again.stderr).toEqual({ code: 0, changes: [] })
    if (stays) return
    await undoRun(work.folder, applied.report.runId, lab().inventoryFile)
    expect(await state()).toEqual(before)
  },
)

/** Tasks that changed something on any host. */
function changedTasks(report: RunReport): string[] {
  return [...new Set(report.hosts.flatMap((host) => host.changes.map(({ task }) => task)))].toSorted()
}
