/** Addresses, networks and cards as profiles name them. */
import * as z from 'zod'
import { contains, parseAddress, parseNetwork } from '../text/ip.ts'

/** A card's name cannot hold a slash, and one that looks like an address is one. */
export const placeSchema = z
  .string()
  .refine((text) => !text.includes('/') || parseNetwork(text) !== null, 'expected a network such as 192.0.2.0/24')
  .refine(
    (text) => /^[^\s:]{1,15}$/.test(text) || text.includes('/') || parseAddress(text) !== null,
    'expected an address, a network or a card',
  )

/** Whether an address, on a card, is of such a place. */
export function isPlace(place: string, address: string, dev: string | null): boolean {
  if (place.includes('/')) return contains(place, address)
  const exact = parseAddress(place)
  return exact === null ? dev === place : exact.normal === address
}
