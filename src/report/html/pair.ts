/**
 * A test of two hosts as a picture: client on the left, server on the right, an entry for each interface, and between them
 * the subflows, as thick as their share. The table below the picture says the same.
 */
import type { SubflowReport, TrialResult } from '../../model/report.ts'
import { pathEnd, trialLine } from '../run/words.ts'
import { formatBytes } from '../units.ts'
import type { Tree } from './tree.ts'
import { chip, dataTable, h } from './tree.ts'

const WIDTH = 780
const BOX = 252
const [TOP, ROW] = [44, 46]

/** `when`: in words, where the test is of another run. */
export function pairFigure(trial: TrialResult, when: string): Tree {
  const { client, server, verdict, reasons, subflows } = trial
  const title = h('h3', {}, chip(verdict), ` ${client} → ${server}`)
  const told = [trialLine(trial), when].filter((part) => part !== '').join('; ')
  return h(
    'figure',
    { class: 'pair' },
    h('figcaption', {}, title, h('p', {}, told)),
    ...reasons.map((reason) => h('p', {}, reason)),
    ...(subflows.length === 0 ? [] : [h('div', { class: 'wide' }, picture(trial)), subflowTable(trial)]),
  )
}

function subflowTable({ client, server, subflows }: TrialResult): Tree {
  const rows = subflows.map((subflow) => [
    pathEnd(subflow.clientAddress, subflow.clientDevice),
    pathEnd(subflow.serverAddress, subflow.serverDevice),
    subflow.backup ? 'backup' : 'regular',
    formatBytes(subflow.bytes),
    percent(subflow),
  ])
  const head = ['client', 'server', 'role', 'bytes', 'share']
  return dataTable(`Subflows of ${client} and ${server}`, head, rows)
}

function picture({ client, server, subflows }: TrialResult): Tree {
  const left = endsOf(subflows, ({ clientAddress, clientDevice }) => [clientDevice, clientAddress])
  const right = endsOf(subflows, ({ serverAddress, serverDevice }) => [serverDevice, serverAddress])
  const height = TOP + ROW * Math.max(left.size, right.size) + 8
  const lines = subflows.map((subflow, index) => {
    const from = left.get(pathEnd(subflow.clientAddress, subflow.clientDevice))!.y
    const to = right.get(pathEnd(subflow.serverAddress, subflow.serverDevice))!.y
    return drawSubflow(subflow, from, to, from === to ? 0.5 : index % 2 === 0 ? 0.3 : 0.7)
  })
  const box = { class: 'picture', viewBox: `0 0 ${WIDTH} ${height}`, 'aria-hidden': 'true' }
  return h('svg', box, drawHost(client, left, 0, height), drawHost(server, right, WIDTH - BOX, height), ...lines)
}

interface End {
  device: string | null
  address: string
  y: number
}

/** Each end once, from the top down. */
function endsOf(
  subflows: readonly SubflowReport[],
  of: (subflow: SubflowReport) => [string | null, string],
): Map<string, End> {
  const ends = new Map<string, End>()
  for (const subflow of subflows) {
    const [device, address] = of(subflow)
    const key = pathEnd(address, device)
    if (!ends.has(key)) ends.set(key, { device, address, y: TOP + ROW * (ends.size + 0.5) })
  }
  return ends
}

function drawHost(name: string, ends: ReadonlyMap<string, End>, x: number, height: number): Tree {
  const middle = { x: x + BOX / 2, 'text-anchor': 'middle' }
  const texts = [...ends.values()].flatMap(({ device, address, y }) => [
    h('rect', { class: 'end', x: x + 8, y: y - 19, width: BOX - 16, height: 38, rx: 4 }),
    h('text', { ...middle, y: y - 3, class: 'device' }, device ?? 'unknown interface'),
    h('text', { ...middle, y: y + 12, class: 'address' }, short(address, 39)),
  ])
  return h(
    'g',
    {},
    h('rect', { class: 'host', x: x + 1, y: 1, width: BOX - 2, height: height - 2, rx: 6 }),
    h('text', { ...middle, y: 26, class: 'name' }, short(name, 28)),
    ...texts,
  )
}

/** `place`: where on the line its label stands, so that those of lines that cross do not meet. */
function drawSubflow(subflow: SubflowReport, from: number, to: number, place: number): Tree {
  const [x1, x2] = [BOX - 8, WIDTH - BOX + 8]
  const [x, y] = [x1 + (x2 - x1) * place, from + (to - from) * place]
  const width = (1.5 + Math.min(1, Math.max(0, subflow.share)) * 7).toFixed(1)
  const label = `${formatBytes(subflow.bytes)}, ${percent(subflow)}${subflow.backup ? ', backup' : ''}`
  return h(
    'g',
    { class: subflow.backup ? 'subflow backup' : 'subflow' },
    h('line', { x1, y1: from, x2, y2: to, 'stroke-width': width }),
    h('text', { x: x.toFixed(1), y: (y - 8).toFixed(1), 'text-anchor': 'middle' }, label),
  )
}

function percent({ share }: SubflowReport): string {
  return `${(share * 100).toFixed(1)} %`
}

function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
