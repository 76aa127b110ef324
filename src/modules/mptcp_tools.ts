/** Installs or removes the program that runs others under MPTCP, and keeps mptcpd's daemon as wished. */
import * as z from 'zod'
import type { Identity } from '../facts/identity.ts'
import { identity } from '../facts/identity.ts'
import { packages } from '../facts/packages.ts'
import type { Packages } from '../facts/packages.ts'
import { tools } from '../facts/tools.ts'
import type { Tools } from '../facts/tools.ts'
import type { Unit } from '../facts/unit.ts'
import { unitFact } from '../facts/unit.ts'
import type { Note, PlanResult } from '../model/change.ts'
import { defineModule } from './define.ts'
import { DAEMON_UNIT, daemonSteps, NO_DAEMON, planDaemon } from './lib/daemon.ts'
import { installChange, removeChange } from './lib/package-steps.ts'
import { mergePlans, finishPlan } from './lib/steps.ts'

export const mptcpTools = defineModule({
  name: 'mptcp_tools',
  summary: "Install mptcpize, which runs programs under MPTCP, and keep mptcpd's daemon off.",
  description:
    'Package mptcpize where apt is, mptcpd (which holds mptcpize) where dnf is. mptcpd brings a daemon of its own ' +
    `(${DAEMON_UNIT}) that sets limits and endpoints itself, so it is kept off unless asked for. Undo removes the ` +
    'package that was installed; packages it depends on stay.',
  example: `- name: mptcpize is there, its daemon is not
  mptcp_tools:
    state: present
    daemon: off
`,
  params: z
    .strictObject({
      state: z.enum(['present', 'absent']).default('present').describe('whether mptcpize is to be installed'),
      daemon: z
        .preprocess((value) => (value === false ? 'off' : value === true ? 'on' : value), z.enum(['off', 'on', 'keep']))
        .default('off')
        .describe(`whether mptcpd's daemon runs and is enabled; keep leaves it as it is`),
    })
    .refine(({ state, daemon }) => state === 'present' || daemon !== 'on', {
      error: 'daemon: on needs state: present',
      path: ['daemon'],
    }),
  facts: () => ({ identity, packages, tools, daemon: unitFact(DAEMON_UNIT) }),
  plan: (want, have) => {
    const plan = want.state === 'present' ? planPresent(want.daemon, have.packages, have.tools) : planAbsent(have)
    const daemon = planDaemon(want.daemon, have.daemon, have.identity, plan.changes)
    return finishPlan(have.identity, mergePlans(plan, daemon))
  },
})

function planPresent(daemon: 'off' | 'on' | 'keep', packages: Packages, tools: Tools): PlanResult {
  const notes = missingForTrial(tools)
  const names: string[] = []
  const tool = packages.manager === 'dnf' ? 'mptcpd' : 'mptcpize'
  if ((tools.paths['mptcpize'] ?? null) === null) names.push(tool)
  // On Debian the daemon is a package of its own.
  if (daemon === 'on' && packages.installed['mptcpd'] === undefined && !names.includes('mptcpd')) names.push('mptcpd')
  if (names.length === 0) return { changes: [], notes }
  if (packages.manager === null) return { changes: [], notes, problems: [noManager(names)] }
  const manager = packages.manager
  return {
    changes: names.map((name) => installChange(manager, name)),
    notes: [...notes, { summary: `undo removes ${names.join(' and ')} again; what they depend on stays installed` }],
  }
}

function planAbsent(have: { packages: Packages; tools: Tools; daemon: Unit; identity: Identity }): PlanResult {
  const { packages, tools } = have
  const names = ['mptcpize', ...(packages.manager === 'dnf' ? ['mptcpd'] : [])]
  const installed = names.filter((name) => packages.installed[name] !== undefined)
  const path = tools.paths['mptcpize'] ?? null
  if (installed.length === 0) {
    const summary = `${path ?? ''} belongs to no package that is known here, so it is left`
    return { changes: [], notes: path === null ? [] : [{ summary }] }
  }
  if (packages.manager === null) return { changes: [], problems: [noManager(installed)] }
  const manager = packages.manager
  return {
    changes: installed.map((name) => {
      const change = removeChange(manager, name, packages.installed[name] ?? '')
      if (name !== 'mptcpd') return change
      // The daemon goes with its package, and comes back with it as it was.
      return {
        ...change,
        effects: { ...change.effects, [`unit/${DAEMON_UNIT}`]: NO_DAEMON },
        undo: [...change.undo, ...daemonSteps(have.daemon, have.identity)],
      }
    }),
    notes: [{ summary: `undo installs the version that the package sources then have` }],
  }
}

/** The trial also needs these; other packages than the document's are left to the administrator. */
function missingForTrial(tools: Tools): Note[] {
  const missing = ['curl', 'python3'].filter((name) => (tools.paths[name] ?? null) === null)
  if (missing.length === 0) return []
  return [
    {
      summary: `${missing.join(' and ')} not installed: mptcp_test needs curl on the client and python3 on the server`,
    },
  ]
}

function noManager(names: readonly string[]): { code: string; summary: string; hint: string } {
  return {
    code: 'no-package-manager',
    summary: `neither dnf nor apt-get is there to handle ${names.join(' and ')}`,
    hint: 'install or remove mptcpize by hand, then run again',
  }
}
