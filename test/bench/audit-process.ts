/** The process that test/bench/audit.ts measures: `audit-process.ts HOSTS` prints its figures as JSON, times in seconds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { NOTHING_KNOWN, auditedControls, evaluateHost, profileFacts } from '../../src/audit/evaluate.ts'
import type { Profile } from '../../src/audit/profile.ts'
import { controls } from '../../src/audit/registry.ts'
import { facts as documented } from '../../src/facts/registry.ts'
import type { AuditHost, AuditReport } from '../../src/model/audit.ts'
import { auditFormats } from '../../src/report/audit/formats.ts'
import { keepAudit } from '../../src/store/audit-record.ts'
import { baseFacts } from '../modules/base-facts.ts'

const HOSTS = Number(process.argv[2])

const profile: Profile = {
  name: 'all',
  title: 'All controls',
  controls: [...controls.values()].flatMap((control) => {
    const params = control.params.safeParse({})
    return params.success ? [{ control, severity: control.severity, params: params.data, required: false }] : []
  }),
  pairs: [],
}
const facts = profileFacts(profile, NOTHING_KNOWN)

type Read = Parameters<typeof evaluateHost>[1]

/** What was read: recorded output of probes where there is some, each host with addresses of its own; else a stock host's value. */
function recordedHost(host: number): Read {
  const stock = baseFacts(1 + (host % 250), '10.0.0.2')
  const read = (key: string): ReturnType<Read> => {
    if (Object.hasOwn(stock, key)) return { ok: true, value: stock[key] }
    const fact = documented.get(key)
    if (fact === undefined) return { ok: false, reason: 'there is no record of it', hint: '' }
    const stdout = fact.example.replaceAll('192.0.2.', `10.${host >> 8}.${host & 255}.`)
    return { ok: true, value: fact.parse({ stdout, stderr: '', rc: 0 }) }
  }
  const known = new Map([...facts.keys()].map((key) => [key, read(key)]))
  return (key) => known.get(key)!
}

function seconds(work: () => void): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}

const out = mkdtempSync(path.join(tmpdir(), 'mptcp-fleet-bench-'))
try {
  let hosts: AuditHost[] = []
  const evaluate = seconds(() => {
    hosts = Array.from({ length: HOSTS }, (_, host) => ({
      name: `host${host}.example.com`,
      address: `203.0.113.${host & 255}`,
      groups: [`site${host % 20}`, `role${host % 7}`],
      status: 'ok' as const,
      error: null,
      results: evaluateHost(profile, recordedHost(host), () => null),
    }))
  })
  const report: AuditReport = {
    schemaVersion: 1,
    command: 'audit',
    generator: { name: 'mptcp-fleet', version: '0.0.0', account: 'bench@localhost' },
    runId: '20260102T030405Z-1a2b3c',
    pattern: 'all',
    profile: { name: profile.name, title: profile.title, hash: 'ab'.repeat(32) },
    failOn: 'low',
    inventoryHash: 'cd'.repeat(32),
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:04:06.000Z',
    exitCode: 2,
    controls: auditedControls(profile),
    commands: Object.fromEntries([...facts].map(([key, { probe }]) => [key, probe])),
    hosts,
    waivers: [],
    tests: [],
    trend: [],
    hostScores: {},
    diagnostics: [],
  }
  const formats = Object.fromEntries(
    auditFormats.map(({ endings: [ending], render }) => [
      ending,
      seconds(() => writeFileSync(path.join(out, `report${ending}`), render(report))),
    ]),
  )
  const keep = seconds(() => keepAudit(out, report))
  const again = seconds(() => keepAudit(out, { ...report, runId: '20260103T030405Z-1a2b3c' }))
  const peakMiB = process.resourceUsage().maxRSS / 1024
  const figures = { controls: profile.controls.length, evaluate, formats, keep, again, peakMiB }
  process.stdout.write(JSON.stringify(figures))
} finally {
  rmSync(out, { recursive: true })
}
