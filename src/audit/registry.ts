/** All controls, by the id that they have in profiles. A new control is added here, and nowhere else. */
import { appliedDrift } from './controls/applied-drift.ts'
import { arpAnswers } from './controls/arp-answers.ts'
import { blackholeBackOff } from './controls/blackhole-back-off.ts'
import { checksumPolicy } from './controls/checksum-policy.ts'
import { enabledPersistent } from './controls/enabled-persistent.ts'
import { enabledRunning } from './controls/enabled-running.ts'
import { endpointAddress } from './controls/endpoint-address.ts'
import { endpointCapacity } from './controls/endpoint-capacity.ts'
import { endpointDevice } from './controls/endpoint-device.ts'
import { endpointRoles } from './controls/endpoint-roles.ts'
import { endpointsComplete } from './controls/endpoints-complete.ts'
import { endpointsDeclared } from './controls/endpoints-declared.ts'
import { endpointsPersistent } from './controls/endpoints-persistent.ts'
import { firewallAddresses } from './controls/firewall-addresses.ts'
import { joinInitialAddress } from './controls/join-initial-address.ts'
import { joinsSucceed } from './controls/joins-succeed.ts'
import { kernelBuilt } from './controls/kernel-built.ts'
import { kernelSupported } from './controls/kernel-supported.ts'
import { limitsPersistent } from './controls/limits-persistent.ts'
import { limitsSufficient } from './controls/limits-sufficient.ts'
import { limitsWithinPolicy } from './controls/limits-within-policy.ts'
import { listenersMptcp } from './controls/listeners-mptcp.ts'
import { mptcpdOff } from './controls/mptcpd-off.ts'
import { nmOwnership } from './controls/nm-ownership.ts'
import { noFallback } from './controls/no-fallback.ts'
import { noOverridingLine } from './controls/no-overriding-line.ts'
import { pathManager } from './controls/path-manager.ts'
import { pairChecksum } from './controls/pair-checksum.ts'
import { pairEnabled } from './controls/pair-enabled.ts'
import { pairLimits } from './controls/pair-limits.ts'
import { pathMtu } from './controls/path-mtu.ts'
import { pathsCarriedBytes } from './controls/paths-carried-bytes.ts'
import { restoreUnit } from './controls/restore-unit.ts'
import { rpFilter } from './controls/rp-filter.ts'
import { scheduler } from './controls/scheduler.ts'
import { selinuxDenials } from './controls/selinux-denials.ts'
import { socketAllowed } from './controls/socket-allowed.ts'
import { sourceRouting } from './controls/source-routing.ts'
import { survivesReboot } from './controls/survives-reboot.ts'
import { sysctlsPersistent } from './controls/sysctls-persistent.ts'
import { toolsSupported } from './controls/tools-supported.ts'
import { vendorUnits } from './controls/vendor-units.ts'
import type { Control } from './define.ts'

export const controls: ReadonlyMap<string, Control> = new Map(
  [
    kernelBuilt,
    kernelSupported,
    toolsSupported,
    socketAllowed,
    enabledRunning,
    enabledPersistent,
    noOverridingLine,
    sysctlsPersistent,
    pathManager,
    scheduler,
    checksumPolicy,
    joinInitialAddress,
    blackholeBackOff,
    limitsSufficient,
    limitsWithinPolicy,
    limitsPersistent,
    endpointAddress,
    endpointDevice,
    endpointRoles,
    endpointCapacity,
    endpointsPersistent,
    endpointsDeclared,
    endpointsComplete,
    rpFilter,
    arpAnswers,
    sourceRouting,
    firewallAddresses,
    nmOwnership,
    mptcpdOff,
    restoreUnit,
    vendorUnits,
    survivesReboot,
    selinuxDenials,
    listenersMptcp,
    noFallback,
    joinsSucceed,
    pairEnabled,
    pairLimits,
    pairChecksum,
    pathMtu,
    pathsCarriedBytes,
    appliedDrift,
  ].map((control: Control): [string, Control] => [control.id, control]),
)
