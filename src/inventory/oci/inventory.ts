/** Inventory files of Oracle's plugin `oracle.oci.oci`: the instances of a tenancy as hosts. */
import { join, resolve } from 'node:path'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, hasErrors } from '../../model/diagnostic.ts'
import { locateIn } from '../../text/validate.ts'
import type { YamlMap } from '../../text/yaml-node.ts'
import { applyConstructed } from '../constructed.ts'
import { parseConstructed } from '../constructed-options.ts'
import { newProblems } from '../constructed-problems.ts'
import { draftVarsOf } from '../constructed-vars.ts'
import type { Draft } from '../draft.ts'
import type { Reader } from '../read.ts'
import { addHosts } from './add-hosts.ts'
import { cacheFile, readCache, writeCache } from './cache.ts'
import { checkExpressions, newExpressions } from './expressions.ts'
import type { Snapshot } from './gather.ts'
import { toHosts } from './hosts.ts'
import type { HttpLimits } from './http.ts'
import { HTTP_LIMITS } from './http.ts'
import { readIdentity } from './identity.ts'
import { newKeep } from './keep.ts'
import { namelessNotice, unknownNotice } from './notices.ts'
import { parseOciOptions } from './options.ts'
import type { Reading } from './read-tenancy.ts'
import { readTenancy } from './read-tenancy.ts'
import type { OciOptions } from './schema.ts'
import { loadSdk, quietly } from './sdk.ts'

/** What a test sets otherwise than a run of the program. */
export interface OciSettings {
  env: Readonly<Record<string, string | undefined>>
  limits: HttpLimits
  /** Finds Oracle's packages; those beside this program unless given. */
  require?: NodeJS.Require
}

/** Adds hosts, groups and variables to the draft; what is wrong goes into the reader's diagnostics. */
export async function readOci(
  map: YamlMap,
  draft: Draft,
  reader: Reader,
  settings: OciSettings = { env: process.env, limits: HTTP_LIMITS },
): Promise<void> {
  const found: Diagnostic[] = []
  const source = map.entries.get('plugin')?.keySource ?? map.source
  const options = parseOciOptions(map, settings.env, found)
  const constructed = parseConstructed(map, found)
  const locate = locateIn(map)
  if (options !== null) found.push(...checkExpressions(options, locate))
  if (options !== null && options.fetch_compute_hosts && !hasErrors(found)) {
    const problems = newProblems(options.strict)
    const expressions = newExpressions(locate, problems)
    const reading = { locate, source, keep: newKeep(options, expressions), limits: settings.limits, found }
    const snapshot = await attempt(found, () => snapshotOf(options, reading, reader.cwd, settings))
    if (snapshot !== null) {
      reader.count(`${source.file}: OCI`, Buffer.from(JSON.stringify(snapshot)))
      const { hosts, nameless, names: all } = toHosts(snapshot, options, expressions)
      found.push(...problems.diagnostics(), ...namelessNotice(nameless, options, source))
      found.push(...unknownNotice(options.hostnames, all, locate))
      const names = addHosts(hosts, draft, source, found)
      // As in the plugin's code: what an instance lacks is left out of these, whatever `strict` says.
      const lenient = { ...constructed, strict: false }
      found.push(...applyConstructed(draft, names, lenient, draftVarsOf(draft, { groups: [], hosts: [] })))
    } else found.push(...problems.diagnostics())
  }
  // What has no place of its own is about the file as a whole.
  reader.diagnostics.push(...found.map((each) => Object.assign({}, each, { source: each.source ?? source })))
}

/** Diagnostics of a reading that lacks something, or found nothing: the next one asks again. */
const NOT_KEPT = new Set(['oci-partial', 'oci-no-instance'])

/** What was read is as good where it cannot be kept. */
async function keep(write: () => Promise<void>, found: Diagnostic[]): Promise<void> {
  const wrong: Diagnostic[] = []
  await attempt(wrong, write)
  found.push(...wrong.map((each) => Object.assign({}, each, { severity: 'warning' })))
}

/** From the cache while it is fresh, else from OCI; null where there is an error. What is not whole is not kept. */
async function snapshotOf(
  options: OciOptions,
  reading: Reading,
  cwd: string,
  { env, require }: OciSettings,
): Promise<Snapshot | null> {
  const identity = readIdentity(options, { cwd, env, source: reading.source }, reading.found)
  if (identity === null) return null
  const { cache_connection: folder, cache_prefix: prefix, cache_timeout: seconds } = options
  const place = {
    folder: folder === undefined ? join(cwd, '.mptcp-fleet', 'cache') : resolve(cwd, folder),
    file: cacheFile(prefix, [identity.who, options]),
    seconds,
  }
  const isCached = options.cache && !options.cache_plugin.endsWith('memory')
  const kept = isCached ? await readCache(place) : null
  if (kept !== null) return kept
  const sdk = loadSdk(require)
  return await quietly(async () => {
    const known = reading.found.length
    const snapshot = await readTenancy(sdk, await identity.open(sdk), options, reading)
    const isWhole = !reading.found.slice(known).some(({ code }) => NOT_KEPT.has(code))
    if (snapshot !== null && isCached && isWhole) await keep(() => writeCache(place, snapshot), reading.found)
    return snapshot
  })
}

async function attempt<T>(found: Diagnostic[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error
    found.push(...error.diagnostics)
    return null
  }
}
