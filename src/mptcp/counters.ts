/** Kernel counters before and after: MPTCP's own (MPTcpExt of /proc/net/netstat) and bytes by device (/proc/net/dev). */

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
  return Object.fromEntries(
    names.flatMap((name, i) => (/^\d+$/.test(values[i] ?? '') ? [[name, Number(values[i])]] : [])),
  )
}

/** Lines of /proc/net/dev; the headings are ignored. */
export function parseDeviceBytes(text: string): DeviceBytes {
  const rows = text.split('\n').map((line) => /^\s*([^\s|]+):\s*(\d+)((?:\s+\d+){8})/.exec(line))
  return Object.fromEntries(
    rows
      .filter((row) => row !== null)
      .map((row) => [row[1]!, { rx: Number(row[2]), tx: Number(row[3]!.trim().split(/\s+/)[7]) }]),
  )
}

/** What each counter gained; names that one side lacks are left out. */
export function mibGrowth(before: MibCounters, after: MibCounters): MibCounters {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) => {
      const start = before[name]
      return start === undefined ? [] : [[name, value - start]]
    }),
  )
}

/** What each device gained; a device that one side lacks is left out. */
export function deviceGrowth(before: DeviceBytes, after: DeviceBytes): DeviceBytes {
  return Object.fromEntries(
    Object.entries(after).flatMap(([device, value]) => {
      const start = before[device]
      return start === undefined ? [] : [[device, { rx: value.rx - start.rx, tx: value.tx - start.tx }]]
    }),
  )
}
