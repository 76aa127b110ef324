/** Attributes that filters are told by name: `address.city`, `0`, `age,name`. */
import { member } from '../python.ts'

/** Follows one attribute; with a default for what is missing on the way. */
export function getter(attribute: unknown, fallback: unknown = null): (item: unknown) => unknown {
  const steps = stepsOf(attribute)
  return (item) =>
    steps.reduce((value, step) => {
      const next = member(value, step)
      return next === undefined && fallback !== null ? fallback : next
    }, item)
}

/** Several attributes, between commas. */
export function getters(attribute: unknown): (item: unknown) => unknown[] {
  const each = (typeof attribute === 'string' ? attribute.split(',') : [attribute]).map((one) => getter(one))
  return (item) => each.map((get) => get(item))
}

function stepsOf(attribute: unknown): unknown[] {
  if (attribute === null || attribute === undefined) return []
  if (typeof attribute !== 'string') return [attribute]
  return attribute.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step))
}
