/** Controls that hold one setting below net.mptcp against what a profile asks for. */
import * as z from 'zod'
import { sysctl } from '../facts/sysctl.ts'
import type { Evidence } from '../model/audit.ts'
import { kernelValue } from '../mptcp/sysctl-names.ts'
import type { Control } from './define.ts'
import { defineControl, fail, notApplicable, pass } from './define.ts'

type Words = Pick<Control, 'id' | 'title' | 'rationale' | 'severity' | 'nist' | 'references'>

/** `name` below net.mptcp is also the parameter; a kernel without the setting has nothing to be held against. */
export function settingControl(
  words: Words,
  { name, wanted }: { name: string; wanted: z.ZodType<boolean | number | string> },
): Control {
  return defineControl({
    ...words,
    params: z.strictObject({ [name]: wanted }),
    facts: () => ({ sysctl }),
    check: (params, { sysctl: running }) => {
      const value = running[`net.mptcp.${name}`]
      if (value === undefined) return notApplicable(`this kernel has no net.mptcp.${name}`)
      const seen: Evidence = { kind: 'running', fact: `sysctl/net.mptcp.${name}`, value }
      const asked = kernelValue(name, params[name]!)
      const text = 'value' in asked ? asked.value : String(params[name])
      if (value === text) return pass(`net.mptcp.${name} is ${value}`, seen)
      const remedy = { module: 'mptcp_sysctl', params: { values: { [name]: params[name] } } }
      return fail(`net.mptcp.${name} is ${value}, wanted is ${text}`, remedy, seen)
    },
  })
}
