/** One dialog for everything about one host. The browser keeps the focus inside, and gives it back at the end. */
import type { Tree } from '../tree.ts'
import { h } from '../tree.ts'
import { build } from './dom.ts'
import { markScrollers } from './scrollers.ts'

export type Open = (title: Tree, body: readonly Tree[]) => HTMLElement

export function createDialog(): Open {
  const dialog = build(h('dialog', { 'aria-labelledby': 'dialog-title' })) as HTMLDialogElement
  document.body.append(dialog)
  const close = (): void => dialog.close()
  // A click beside it, which lands on the dialog itself.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) close()
  })
  // Of what is unfolded it is known only then; the event does not bubble.
  dialog.addEventListener('toggle', () => markScrollers(dialog), true)
  return (title, body) => {
    const head = h(
      'div',
      { class: 'dialog-head' },
      h('h2', { id: 'dialog-title', tabindex: -1 }, title),
      h('button', { type: 'button' }, 'Close'),
    )
    dialog.replaceChildren(build(head), build(h('div', { class: 'dialog-body' }, ...body)))
    dialog.querySelector('button')?.addEventListener('click', close)
    dialog.showModal()
    markScrollers(dialog)
    dialog.scrollTop = 0
    return dialog
  }
}
