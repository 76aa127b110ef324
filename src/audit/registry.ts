/** All controls, by the id that they have in profiles. A new control is added here, and nowhere else. */
import { enabledPersistent } from './controls/enabled-persistent.ts'
import { enabledRunning } from './controls/enabled-running.ts'
import { endpointAddress } from './controls/endpoint-address.ts'
import { kernelBuilt } from './controls/kernel-built.ts'
import { limitsPersistent } from './controls/limits-persistent.ts'
import { limitsSufficient } from './controls/limits-sufficient.ts'
import { noFallback } from './controls/no-fallback.ts'
import { noOverridingLine } from './controls/no-overriding-line.ts'
import { pathManager } from './controls/path-manager.ts'
import { socketAllowed } from './controls/socket-allowed.ts'
import { sysctlsPersistent } from './controls/sysctls-persistent.ts'
import type { Control } from './define.ts'

export const controls: ReadonlyMap<string, Control> = new Map(
  [
    kernelBuilt,
    socketAllowed,
    enabledRunning,
    enabledPersistent,
    noOverridingLine,
    sysctlsPersistent,
    limitsSufficient,
    limitsPersistent,
    pathManager,
    endpointAddress,
    noFallback,
  ].map((control: Control): [string, Control] => [control.id, control]),
)
