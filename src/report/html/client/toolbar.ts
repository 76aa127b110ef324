/** Search and filters above a grid, each with its label, and a live region that tells how much is left. */
import type { Child } from '../tree.ts'
import { h } from '../tree.ts'
import { build } from './dom.ts'

export interface Choice {
  value: string
  text: string
}

export interface Toolbar<Name extends string> {
  element: HTMLElement
  values: () => Record<Name | 'text', string>
  tell: (text: string) => void
}

/** `changed` is called once a frame at most, while somebody types too. */
export function createToolbar<Name extends string>(
  placeholder: string,
  choices: Readonly<Record<Name, readonly Choice[]>>,
  changed: () => void,
): Toolbar<Name> {
  const names = Object.keys(choices) as Name[]
  const search = h('input', { id: 'f-text', type: 'search', placeholder, autocomplete: 'off', spellcheck: 'false' })
  const selects = names.map((name) => labelled(name, h('select', { id: `f-${name}` }, ...choices[name].map(option))))
  const reset = h('button', { type: 'reset' }, 'Reset')
  const form = build(
    h('form', { role: 'search', class: 'toolbar' }, labelled('search', search, 'text'), ...selects, reset),
  )
  const live = build(h('p', { role: 'status', class: 'note' }))
  const element = build(h('div', {}))
  element.append(form, live)

  let waits = false
  const soon = (): void => {
    if (waits) return
    waits = true
    requestAnimationFrame(() => {
      waits = false
      changed()
    })
  }
  form.addEventListener('input', soon)
  form.addEventListener('reset', soon)
  form.addEventListener('submit', (event) => event.preventDefault())
  const valueOf = (name: string): string => form.querySelector<HTMLInputElement>(`#f-${name}`)?.value ?? ''
  return {
    element,
    values: () =>
      Object.fromEntries(['text', ...names].map((name) => [name, valueOf(name)])) as Record<Name | 'text', string>,
    tell: (text) => {
      live.textContent = text
    },
  }
}

function labelled(label: string, input: Child, name = label): Child {
  return h('div', {}, h('label', { for: `f-${name}` }, label), input)
}

function option({ value, text }: Choice): Child {
  return h('option', { value }, text)
}
