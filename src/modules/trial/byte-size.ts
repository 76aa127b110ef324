/** Sizes as people write them. */

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
}

/** Bytes of `67108864`, `64MiB`, `64 MiB`, `100M`, `1.5GB`; null for any other text. */
export function parseByteSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]i?)?b?$/i.exec(text.trim())
  const unit = UNITS[(match?.[2] ?? '').toLowerCase()]
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit)
}
