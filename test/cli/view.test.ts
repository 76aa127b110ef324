import { describe, expect, it } from 'vitest'
import { fanOut } from '../../src/cli/run/subscribers.ts'
import { eventLine } from '../../src/cli/view/lines.ts'
import { renderEvent } from '../../src/cli/view/ndjson.ts'
import { newProgress, renderProgress, trackProgress } from '../../src/cli/view/progress.ts'
import { progressView } from '../../src/cli/view/progress-view.ts'
import { resultView } from '../../src/cli/view/result-view.ts'
import { createScreen } from '../../src/cli/view/screen.ts'
import { HostError } from '../../src/model/errors.ts'
import type { HostPhase, RunEvent } from '../../src/model/events.ts'
import { Secret } from '../../src/model/secret.ts'
import { PLAIN } from '../../src/report/style.ts'
import { change, events, hostPlan, plan } from '../report/sample.ts'
import { testIo } from './test-io.ts'

const brief = { diff: false, verbose: false, steps: false }

function play(kind: 'text' | 'json' | 'ndjson', verbose = 0): { out: string; err: string } {
  const { io, out, err } = testIo()
  const screen = createScreen(io)
  const progress = progressView(screen, verbose)
  const results = resultView(kind, screen, brief, new Map())
  for (const event of events()) {
    progress.subscriber(event)
    results(event)
  }
  return { out: out(), err: err() }
}

describe('what goes to stdout', () => {
  it('is plan, trials, errors and recap as text', () => {
    const { out } = play('text')
    const titles = ['PLAY Pair', 'TRIALS', 'ERRORS', 'RECAP'].map((title) => out.indexOf(title))
    expect(titles).toEqual(titles.toSorted((a, b) => a - b))
    expect(titles).not.toContain(-1)
    expect(out).not.toContain('\u001B')
  })

  it('is one report as JSON', () => {
    expect(JSON.parse(play('json').out)).toMatchObject({ schemaVersion: 1, hosts: [{ name: 'system-a' }, {}, {}] })
  })

  it('is one event a line as NDJSON', () => {
    const lines = play('ndjson').out.trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as RunEvent).type)).toEqual(events().map((event) => event.type))
  })

  it('leaves bytes and secrets out of NDJSON', () => {
    const secret = new Secret('tiger')
    const write = {
      kind: 'write',
      path: '/x',
      bytes: 'TIGERBYTES',
      mode: '0644',
      owner: 'root',
      group: 'root',
    } as const
    const changes = [
      change('a', {
        after: { secret, content: 'TIGERCONTENT', mode: '0600' },
        apply: [write, { kind: 'run', argv: ['cat'], stdin: 'TIGERINPUT' }],
        undo: [write],
      }),
    ]
    const line = renderEvent({ type: 'plan-ready', plan: { ...plan, hosts: [hostPlan('a', { changes })] } })
    expect(
      line +
        renderEvent({ type: 'apply-started', host: 'a', address: '', become: null, attempt: '', guard: null, changes }),
    ).not.toMatch(/tiger/i)
    expect(JSON.parse(line)).toMatchObject({
      plan: { hosts: [{ changes: [{ after: { secret: '[secret]' }, apply: [{ path: '/x' }, { argv: ['cat'] }] }] }] },
    })
  })
})

describe('what goes to stderr', () => {
  it('is plain lines without a terminal', () => {
    const { err } = play('json')
    expect(err).toContain('system-a: applying\n')
    expect(err).toContain('system-a: done: set net.mptcp.enabled to 1\n')
    expect(err).toContain('system-x: unreachable: 203.0.113.9 port 22 refused the connection\n')
    expect(err).not.toContain('\u001B')
  })

  it('is only what went wrong with many hosts', () => {
    const options = { live: false, verbose: 0, hosts: 1000 }
    const lines = events().map((event) => eventLine(event, options, PLAIN))
    expect(lines.join('')).toBe('system-x: unreachable: 203.0.113.9 port 22 refused the connection\n')
  })

  it('is a status line on a terminal, gone at the end', () => {
    let shown = ''
    const stderr = { write: (text: string): unknown => (shown += text), isTTY: true, columns: 80 }
    const { io } = testIo({ stderr })
    const screen = createScreen(io)
    screen.status('1/3 hosts done · applying 2')
    expect(shown).toBe('\r1/3 hosts done · applying 2\u001B[K')
    screen.status('1/3 hosts done · applying 2')
    screen.err('a line\n')
    expect(shown).toBe('\r1/3 hosts done · applying 2\u001B[K\r\u001B[Ka line\n\r1/3 hosts done · applying 2\u001B[K')
    screen.hold()
    const held = shown
    screen.status('2/3 done')
    expect(shown).toBe(held)
    screen.close()
    expect(shown).toBe(held)
    screen.status('late')
    expect(shown).toBe(held)
  })
})

const phase = (host: string, name: HostPhase): RunEvent => ({ type: 'host-phase', host, phase: name })

describe('progress', () => {
  it('counts no host that only waits for others, and tells no line of it', () => {
    const progress = newProgress(0)
    for (const event of [phase('a', 'gathering'), phase('b', 'gathering'), phase('a', 'waiting')]) {
      trackProgress(progress, event, 0)
    }
    expect(renderProgress(progress, 9000)).toBe('0/0 hosts done · gathering 1 · slow: b gathering 9.0 s')
    const options = { live: false, verbose: 2, hosts: 2 }
    expect(eventLine(phase('a', 'waiting'), options, PLAIN)).toBe('')
    expect(eventLine(phase('a', 'gathering'), options, PLAIN)).toBe('a: gathering\n')
  })

  it('counts phases, names slow hosts and trials', () => {
    const progress = newProgress(0)
    const at = (event: RunEvent, now: number): string => {
      trackProgress(progress, event, now)
      return renderProgress(progress, now)
    }
    expect(at(events()[0]!, 0)).toBe('')
    expect(at({ type: 'host-phase', host: 'system-a', phase: 'gathering' }, 0)).toBe('0/3 hosts done · gathering 1')
    expect(at({ type: 'host-phase', host: 'system-b', phase: 'applying' }, 7000)).toBe(
      '0/3 hosts done · gathering 1 · applying 1 · slow: system-a gathering 7.0 s',
    )
    for (const event of events().filter((item) => item.type === 'host-finished')) at(event, 8000)
    expect(renderProgress(progress, 9000)).toBe('')
    expect(at({ type: 'trial-started', task: 't', server: 'a', client: 'b' }, 9000)).toBe(
      '3/3 hosts done · trial b → a 0 ms',
    )
  })
})

const failing = (error: Error) => () => {
  throw error
}

describe('fanOut', () => {
  it('tells the store first and survives a view that throws, once', () => {
    const seen: string[] = []
    const errors: unknown[] = []
    const emit = fanOut(
      (event) => seen.push(`store ${event.type}`),
      [
        () => {
          throw new Error('view')
        },
        (event) => seen.push(`view ${event.type}`),
      ],
      (error) => errors.push(error),
    )
    for (const event of events().slice(0, 2)) emit(event)
    expect(seen).toEqual(['store run-started', 'view run-started', 'store play-started', 'view play-started'])
    expect(errors).toHaveLength(1)
  })

  it('lets the store refuse a host, and nothing else', () => {
    const errors: unknown[] = []
    fanOut(failing(new Error('disk')), [], (error) => errors.push(error))(events()[0]!)
    expect(errors).toHaveLength(1)
    const host = fanOut(failing(new HostError('failed', 'undo-record', 'no')), [], () => {})
    expect(() => host(events()[0]!)).toThrow(HostError)
  })
})
