/** All modules, by the name that they have in playbooks. A new module is added here, and nowhere else. */
import { audit } from './audit.ts'
import { command } from './command.ts'
import type { Module } from './define.ts'
import { mptcpAvailable } from './mptcp_available.ts'
import { mptcpEnabled } from './mptcp_enabled.ts'
import { mptcpEndpoints } from './mptcp_endpoints.ts'
import { mptcpLimits } from './mptcp_limits.ts'
import { mptcpPair } from './mptcp_pair.ts'
import { mptcpService } from './mptcp_service.ts'
import { mptcpSysctl } from './mptcp_sysctl.ts'
import { mptcpTest } from './mptcp_test.ts'
import { mptcpTools } from './mptcp_tools.ts'
import { nmConnection } from './nm_connection.ts'
import { script } from './script.ts'
import { shell } from './shell.ts'

export const modules: ReadonlyMap<string, Module> = new Map(
  [
    mptcpAvailable,
    mptcpTools,
    mptcpEnabled,
    mptcpSysctl,
    mptcpService,
    mptcpLimits,
    mptcpEndpoints,
    mptcpPair,
    mptcpTest,
    nmConnection,
    audit,
    command,
    shell,
    script,
  ].map((module: Module): [string, Module] => [module.name, module]),
)
