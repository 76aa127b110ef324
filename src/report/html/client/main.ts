/** What runs in the page of a report: it opens the data that lie in it and shows all of them. Loads and sends nothing. */
import { pairFigures, MOST_PAIRS } from '../parts.ts'
import { h } from '../tree.ts'
import { showAudit } from './audit.ts'
import { build, byId } from './dom.ts'
import type { Data } from './load.ts'
import { checkHash, loadData } from './load.ts'
import { showRun } from './run.ts'
import { markScrollers } from './scrollers.ts'

void main()

async function main(): Promise<void> {
  try {
    const { data, bytes } = await loadData()
    if (data.kind === 'audit') showAudit(data)
    else showRun(data.report)
    showPairs(data)
    markScrollers(document)
    addEventListener('resize', () => markScrollers(document))
    document.documentElement.dataset['state'] = 'ready'
    await checkHash(bytes)
  } catch (error) {
    const why = `The data of this page cannot be shown: ${(error as Error).message}. A current browser opens them.`
    byId('explore').append(build(h('p', { role: 'alert' }, why)))
    document.documentElement.dataset['state'] = 'failed'
  }
}

/** Pairs that the page without scripts leaves out come by the dozen. */
function showPairs(data: Data): void {
  const [tests, now] =
    data.kind === 'audit' ? [data.evidence.tests, data.matrix.endedAt] : [data.report.trials, data.report.endedAt]
  const rest = document.querySelector('#pairs .more')
  if (rest === null) return
  let shown = MOST_PAIRS
  const button = build(h('button', { type: 'button' }, `Show more of ${tests.length} pairs`))
  button.addEventListener('click', () => {
    const figures = pairFigures(tests, now, shown, shown + MOST_PAIRS)
    button.before(...figures.map((figure) => build(figure)))
    shown += MOST_PAIRS
    if (shown >= tests.length) button.remove()
  })
  rest.replaceWith(button)
}
