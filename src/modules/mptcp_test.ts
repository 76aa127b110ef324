/** The proof of n paths: a real transfer between two hosts, sampled on the way and judged by evidence of both ends. */
import * as z from 'zod'
import { addresses } from '../facts/addresses.ts'
import { links } from '../facts/links.ts'
import { listeners } from '../facts/listeners.ts'
import { endpoints } from '../facts/mptcp_endpoints.ts'
import { limits } from '../facts/mptcp_limits.ts'
import { routing } from '../facts/routing.ts'
import { sysctl } from '../facts/sysctl.ts'
import { tools } from '../facts/tools.ts'
import { defineTrial } from './define.ts'
import { parseByteSize } from './trial/byte-size.ts'
import { clientScript } from './trial/client-script.ts'
import { judgeTrial } from './trial/judge.ts'
import { missingForTrial } from './trial/missing.ts'
import { trialPaths, usableDevices } from './trial/paths.ts'
import { serverScript } from './trial/server-script.ts'
import { toTrialEnd } from './trial/terms.ts'

const MAX_BYTES = 64 * 2 ** 30

/** Below this many bytes a second (2 Mbit/s) a transfer is given up. */
const SLOWEST = 250_000

/** Random bytes made and hashed in a second, at least. */
const GENERATED = 50_000_000

const name = z.string().min(1)

const byteSize = z
  .union([z.int(), z.string()])
  .refine((value) => sizeInBytes(value) !== null, 'must be a size such as 64MiB or 67108864, from 1 byte to 64GiB')
  .default('64MiB')

const params = z
  .strictObject({
    server: name.describe('name of the host that serves the bytes'),
    client: z
      .union([name, z.array(name).min(1)])
      .describe('name of the host that fetches them, or a list of several, each in a trial of its own'),
    bytes: byteSize.describe('how much to transfer, from 1 byte to 64GiB, as a number or as text: 64MiB, 1GB'),
    port: z.int().min(1).max(65535).optional().describe('port on the server; by default any that is free'),
    min_subflows: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('least number of subflows that must carry data; by default the number of paths, at least 2'),
    min_share: z.number().min(0).max(1).default(0.1).describe('least part of all bytes that each of them must carry'),
  })
  .refine(({ server, client }) => !clients(client).includes(server), {
    path: ['client'],
    message: 'must be another host than the server',
  })
  .superRefine(({ min_subflows: subflows, min_share: share }, context) => {
    // A little more, since ten tenths are not quite one.
    const most = Math.floor(1 / share + 1e-9)
    if (subflows === undefined || subflows <= most) return
    const message = `${subflows} subflows cannot each carry ${share} of the bytes (min_share), at most ${most} can`
    context.addIssue({ code: 'custom', path: ['min_subflows'], message })
  })

export const mptcpTest = defineTrial({
  name: 'mptcp_test',
  summary: 'Prove by a real transfer that a client uses several paths to a server.',
  description:
    "Random bytes from python3's http.server under mptcpize are fetched by curl under mptcpize. It passes only if the " +
    'connection is MPTCP without fallback, enough subflows were established on distinct pairs of addresses, each grew ' +
    'and carried its share, the byte counters of their interfaces grew in both directions on both hosts, and the ' +
    'checksum is right. A backup subflow must exist and need not carry data. Nothing is left on either host.',
  example: `- name: a transfer uses every path
  mptcp_test:
    server: system-b
    client: system-a
    bytes: 16MiB
    min_share: 0.2
`,
  params,
  facts: () => ({ addresses, links, routing, endpoints, limits, sysctl, tools, listeners }),
  hosts: (want) => [want.server, ...clients(want.client)],
  pairs: (want) => clients(want.client).map((client) => ({ server: want.server, client })),
  prepare: (want, pair, have) => {
    const [serverFacts, clientFacts] = [have[pair.server], have[pair.client]]
    if (serverFacts === undefined || clientFacts === undefined) {
      const absent = serverFacts === undefined ? pair.server : pair.client
      return { problems: [{ code: 'host-absent', summary: `${absent}: nothing is known of this host in this run` }] }
    }
    const server = { name: pair.server, ...serverFacts }
    const client = { name: pair.client, ...clientFacts }
    const found = trialPaths(server, client)
    const problems = missingForTrial(server, client, found, want.port ?? null)
    const { paths } = found
    const [first] = paths
    if (problems.length > 0 || first === undefined) return { problems }

    const bytes = sizeInBytes(want.bytes) ?? 0
    const [serverDevices, clientDevices] = [usableDevices(server), usableDevices(client)]
    const maxSeconds = 30 + Math.ceil(bytes / SLOWEST)
    const timeoutSeconds = maxSeconds + 90 + Math.ceil(bytes / GENERATED)
    const furtherPorts = Object.values(server.endpoints).flatMap(({ port }) => (port === null ? [] : [port]))
    return {
      ...pair,
      timeoutSeconds,
      serverScript: serverScript({
        bytes,
        port: want.port ?? 0,
        family: first.family,
        timeoutSeconds,
        devices: unique(Object.values(serverDevices)),
        routes: paths.map((path) => ({ src: path.serverAddress, dst: path.clientAddress })),
      }),
      clientScript: ([port = '']) =>
        clientScript({
          serverAddress: first.serverAddress,
          port: Number(port),
          furtherPorts,
          maxSeconds,
          devices: unique(Object.values(clientDevices)),
          routes: paths.map((path) => ({ src: path.clientAddress, dst: path.serverAddress })),
        }),
      judge: (output) =>
        judgeTrial(
          {
            ...pair,
            bytes,
            minSubflows: want.min_subflows ?? Math.max(2, paths.length),
            minShare: want.min_share,
            paths,
            serverDevices,
            clientDevices,
            ends: { server: toTrialEnd(server), client: toTrialEnd(client) },
          },
          output,
        ),
    }
  },
})

function clients(client: string | string[]): string[] {
  return typeof client === 'string' ? [client] : client
}

/** Null where it is no size or out of range. */
function sizeInBytes(size: number | string): number | null {
  const bytes = typeof size === 'number' ? size : parseByteSize(size)
  return bytes !== null && bytes >= 1 && bytes <= MAX_BYTES ? bytes : null
}

function unique(devices: readonly string[]): string[] {
  return [...new Set(devices)]
}
