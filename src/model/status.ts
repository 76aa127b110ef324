import * as z from 'zod'
import { diagnosticSchema, hostErrorSchema } from './report.ts'

/** Version of the status report's JSON; raised when a field changes its meaning or goes away. */
export const STATUS_SCHEMA_VERSION = 1

const enabledSchema = z.strictObject({
  running: z.boolean().nullable().describe('net.mptcp.enabled; null where the kernel has none or it was not read'),
  persistent: z.boolean().nullable().describe('what the boot will set; null where no file sets it, or it was not read'),
  file: z.string().nullable().describe('the file and line that decide at boot: /etc/sysctl.d/90-mptcp.conf:2'),
})

const limitSchema = z.strictObject({
  running: z.number(),
  persistent: z.number().nullable().describe('what is restored at boot; null: nothing restores it'),
})

const limitsSchema = z.strictObject({ subflows: limitSchema, addAddrAccepted: limitSchema })

const endpointSchema = z.strictObject({
  address: z.string(),
  port: z.number().nullable(),
  id: z.number(),
  flags: z.array(z.string()),
  device: z.string().nullable(),
  owner: z.enum(['kernel', 'networkmanager', 'mptcp-fleet']).describe('who brings it: kernel is by hand, or implicit'),
  persistent: z.boolean().nullable().describe('whether it comes back at boot; null where that cannot be told'),
})

const linkSchema = z.strictObject({
  name: z.string(),
  up: z.boolean(),
  mtu: z.number(),
  kind: z.string().nullable(),
  rxBytes: z.number(),
  txBytes: z.number(),
  addresses: z.array(z.string()).describe('with prefix length'),
})

const networkManagerSchema = z.strictObject({
  running: z.boolean(),
  version: z.string().nullable(),
  devices: z.array(
    z.strictObject({
      device: z.string(),
      type: z.string(),
      state: z.string(),
      managed: z.boolean(),
      profile: z.string().nullable().describe('name of the active profile'),
      mptcpFlags: z.number().nullable().describe('connection.mptcp-flags of that profile; 0 is default'),
    }),
  ),
})

const subflowSchema = z.strictObject({
  state: z.string(),
  localAddress: z.string(),
  localPort: z.number().nullable(),
  localDevice: z.string().nullable(),
  peerAddress: z.string(),
  peerPort: z.number().nullable(),
  join: z.boolean(),
  backup: z.boolean(),
  established: z.boolean(),
  bytesSent: z.number(),
  bytesReceived: z.number(),
})

const connectionSchema = z.strictObject({
  state: z.string(),
  localAddress: z.string(),
  localPort: z.number().nullable(),
  peerAddress: z.string(),
  peerPort: z.number().nullable(),
  fallback: z.boolean(),
  bytesSent: z.number(),
  bytesReceived: z.number(),
  programs: z.array(z.string()),
  subflows: z.array(subflowSchema),
})

const connectionsSchema = z.strictObject({
  total: z.number(),
  fallbacks: z.number().describe('of all connections that live now'),
  listed: z.array(connectionSchema).describe('the first of them; the others are only counted'),
})

const troubleSchema = z.strictObject({ counter: z.string(), value: z.number(), meaning: z.string() })

const logSchema = z.strictObject({
  lines: z.array(z.string()).describe('the last of them'),
  total: z.number(),
  absent: z.string().nullable().describe('why it could not be looked at'),
})

/** What was read of one host. A part is null where it could not be read; `unread` then says why. */
const readingSchema = z.strictObject({
  hostname: z.string().nullable(),
  bootId: z.string().nullable(),
  enabled: enabledSchema,
  limits: limitsSchema.nullable(),
  socket: z
    .strictObject({ opens: z.boolean(), errno: z.string().nullable() })
    .nullable()
    .describe('whether a program can open an MPTCP socket'),
  endpoints: z.array(endpointSchema).nullable(),
  missingEndpoints: z.array(z.string()).describe('declared for the boot or by a profile, and not there'),
  links: z.array(linkSchema).nullable(),
  networkManager: networkManagerSchema.nullable().describe('null also where it is not installed'),
  connections: connectionsSchema.nullable(),
  fallbacks: z.number().nullable().describe('connections that became plain TCP since boot, by the counters'),
  troubles: z.array(troubleSchema).describe('counters above 0 that tell of trouble, since boot'),
  counters: z.record(z.string(), z.number()),
  log: z.strictObject({ kernel: logSchema, journal: logSchema, service: logSchema }).nullable(),
  unread: z.array(z.strictObject({ fact: z.string(), reason: z.string(), hint: z.string() })),
})

const statusHostSchema = z.strictObject({
  name: z.string(),
  address: z.string(),
  status: z.enum(['ok', 'failed', 'unreachable', 'unknown', 'not-started']),
  verdict: z
    .enum(['ok', 'off', 'partial', 'error', 'not-read'])
    .describe(
      'ok: MPTCP can use several paths, now and after a reboot; partial: something is missing; off: switched off',
    ),
  reasons: z.array(z.string()).describe('what is missing, most important first'),
  error: hostErrorSchema.nullable(),
  reading: readingSchema.nullable(),
  metrics: z
    .strictObject({
      connections: z.number(),
      execs: z.number(),
      bytesSent: z.number(),
      bytesReceived: z.number(),
      connectMs: z.number(),
      gatherMs: z.number(),
    })
    .describe('of this round'),
})

/** The contract of `status --output json`. Times ISO 8601 UTC, sizes in bytes, durations in ms. */
export const statusReportSchema = z.strictObject({
  schemaVersion: z.literal(STATUS_SCHEMA_VERSION),
  command: z.literal('status'),
  pattern: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  exitCode: z.number(),
  hosts: z.array(statusHostSchema),
  diagnostics: z.array(diagnosticSchema),
})

export type StatusReport = z.infer<typeof statusReportSchema>
export type StatusHost = z.infer<typeof statusHostSchema>
export type StatusReading = z.infer<typeof readingSchema>
export type Verdict = StatusHost['verdict']
export type StatusEndpoint = z.infer<typeof endpointSchema>
export type StatusConnection = z.infer<typeof connectionSchema>
