/** Kernel counters before and after: MPTCP's own (MPTcpExt of /proc/net/netstat) and bytes by device (/proc/net/dev). */

import { namedRecord } from '../text/record.ts'

/** By name without `MPTcpExt`. A missing name is unknown on that kernel, not 0. */
export type MibCounters = Readonly<Record<string, number>>

/** Bytes by device. */
export type DeviceBytes = Readonly<Record<string, { rx: number; tx: number }>>

/** The two `MPTcpExt:` lines (names, then values) of /proc/net/netstat; other lines are ignored, none gives `{}`. */
export function parseMibCounters(text: string): MibCounters {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('MPTcpExt:'))
    .map((line) => line.trim().split(/\s+/).slice(1))
  return namedRecord(
    names.flatMap((name, i) => (/^\d{1,20}$/.test(values[i] ?? '') ? [[name, Number(values[i])] as const] : [])),
  )
}

/** Lines of /proc/net/dev; the headings are ignored. */
export function parseDeviceBytes(text: string): DeviceBytes {
  const rows = text.split('\n').map((line) => /^\s*([^\s|]+):\s*(\d{1,20})((?:\s+\d{1,20}){8})/.exec(line))
  return namedRecord(
    rows
      .filter((row) => row !== null)
      .map((row) => [row[1]!, { rx: Number(row[2]), tx: Number(row[3]!.trim().split(/\s+/)[7]) }] as const),
  )
}

/** What each counter gained; names that one side lacks are left out. */
export function mibGrowth(before: MibCounters, after: MibCounters): MibCounters {
  return namedRecord(
    Object.entries(after).flatMap(([name, value]) => {
      const start = before[name]
      return start === undefined ? [] : [[name, value - start] as const]
    }),
  )
}

/** What each device gained; a device that one side lacks is left out. */
export function deviceGrowth(before: DeviceBytes, after: DeviceBytes): DeviceBytes {
  return namedRecord(
    Object.entries(after).flatMap(([device, value]) => {
      const start = before[device]
      return start === undefined ? [] : [[device, { rx: value.rx - start.rx, tx: value.tx - start.tx }] as const]
    }),
  )
}
