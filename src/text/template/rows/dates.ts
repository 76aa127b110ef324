/** Filters for times. */
import { number, text, truth } from '../python.ts'
import { row } from '../row.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = 'January February March April May June July August September October November December'.split(' ')

export const DATE_FILTERS = [
  row(
    'strftime',
    'second utc',
    'a time as text by this format; without a time that of now',
    (value, second = null, utc = false) => {
      const seconds = second === null ? Date.now() / 1000 : Number(second)
      if (!Number.isFinite(seconds)) throw new TypeError(`"${String(second)}" is no number of seconds`)
      return strftime(text(value), new Date(Math.floor(seconds) * 1000), truth(utc))
    },
  ),
  row('to_datetime', 'format', 'the time that a text stands for', (value, format = '%Y-%m-%d %H:%M:%S') => {
    const { year, month, day, hour, minute, second } = strptime(text(value), text(format))
    return `${pad(year, 4)}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}`
  }),
]

function pad(part: number, width = 2): string {
  return String(part).padStart(width, '0')
}

function strftime(format: string, time: Date, utc: boolean): string {
  const at = utc ? time : new Date(time.getTime() - time.getTimezoneOffset() * 60_000)
  const year = at.getUTCFullYear()
  const dayOfYear =
    Math.floor((Date.UTC(year, at.getUTCMonth(), at.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000) + 1
  const weekday = at.getUTCDay()
  const hour12 = at.getUTCHours() % 12 === 0 ? 12 : at.getUTCHours() % 12
  const offset = utc ? 0 : -time.getTimezoneOffset()
  const parts: Readonly<Record<string, () => string>> = {
    Y: () => String(year),
    m: () => pad(at.getUTCMonth() + 1),
    d: () => pad(at.getUTCDate()),
    e: () => String(at.getUTCDate()).padStart(2),
    H: () => pad(at.getUTCHours()),
    I: () => pad(hour12),
    l: () => String(hour12).padStart(2),
    k: () => String(at.getUTCHours()).padStart(2),
    M: () => pad(at.getUTCMinutes()),
    S: () => pad(at.getUTCSeconds()),
    y: () => pad(year % 100),
    C: () => pad(Math.floor(year / 100)),
    j: () => String(dayOfYear).padStart(3, '0'),
    p: () => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    P: () => (at.getUTCHours() < 12 ? 'am' : 'pm'),
    a: () => DAYS[weekday]!.slice(0, 3),
    A: () => DAYS[weekday]!,
    b: () => MONTHS[at.getUTCMonth()]!.slice(0, 3),
    h: () => MONTHS[at.getUTCMonth()]!.slice(0, 3),
    B: () => MONTHS[at.getUTCMonth()]!,
    w: () => String(weekday),
    u: () => String(weekday === 0 ? 7 : weekday),
    U: () => pad(Math.floor((dayOfYear + 6 - weekday) / 7)),
    W: () => pad(Math.floor((dayOfYear + 6 - ((weekday + 6) % 7)) / 7)),
    s: () => String(time.getTime() / 1000),
    z: () => `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}${pad(Math.abs(offset) % 60)}`,
    Z: () => (utc ? 'GMT' : (time.toLocaleTimeString('en-US', { timeZoneName: 'short' }).split(' ').at(-1) ?? '')),
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
  }
  const whole: Readonly<Record<string, string>> = {
    F: '%Y-%m-%d',
    T: '%H:%M:%S',
    D: '%m/%d/%y',
    R: '%H:%M',
    c: '%a %b %e %H:%M:%S %Y',
    x: '%m/%d/%y',
    X: '%H:%M:%S',
    r: '%I:%M:%S %p',
  }
  const expanded = format.replaceAll(/%([FTDRcxXr])/g, (_, key: string) => whole[key]!)
  return expanded.replaceAll(/%([\s\S])/g, (all, key: string) => parts[key]?.() ?? all)
}

interface Moment {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const READ: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>1[0-2]|0?[1-9])',
  d: '(?<d>3[01]|[12]\\d|0?[1-9]| [1-9])',
  H: '(?<H>2[0-3]|[01]?\\d)',
  M: '(?<M>[0-5]?\\d)',
  S: '(?<S>6[01]|[0-5]?\\d)',
  y: '(?<y>\\d\\d)',
  I: '(?<I>1[0-2]|0?[1-9])',
  p: '(?<p>am|pm)',
  j: '(?<j>\\d{1,3})',
  z: '(?<z>[+-]\\d\\d:?\\d\\d|Z)',
  f: '(?<f>\\d{1,6})',
  b: `(?<b>${MONTHS.map((month) => month.slice(0, 3)).join('|')})`,
  B: `(?<B>${MONTHS.join('|')})`,
  a: `(?:${DAYS.map((day) => day.slice(0, 3)).join('|')})`,
  A: `(?:${DAYS.join('|')})`,
  '%': '%',
}

/** Throws where the text is not as the format says. */
function strptime(value: string, format: string): Moment {
  const pattern = format.replaceAll(/%([\s\S])|\s+|[.*+?^${}()|[\]\\]/g, (part, key?: string) => {
    if (key === undefined) return /^\s/.test(part) ? '\\s+' : `\\${part}`
    const known = READ[key]
    if (known === undefined) throw new TypeError(`the format "%${key}" is not supported`)
    return known
  })
  const found = new RegExp(`^${pattern}$`, 'i').exec(value)?.groups
  if (found === undefined && !new RegExp(`^${pattern}$`, 'i').test(value))
    throw new TypeError(`"${value}" is not as the format "${format}" says`)
  const part = (key: string, otherwise: number): number =>
    found?.[key] === undefined ? otherwise : number(Number(found[key]))
  const name = (found?.['b'] ?? found?.['B'] ?? '').slice(0, 3).toLowerCase()
  const short = part('y', 0)
  const hour =
    found?.['I'] === undefined ? part('H', 0) : (part('I', 0) % 12) + (found['p']?.toLowerCase() === 'pm' ? 12 : 0)
  const moment = {
    year: found?.['y'] === undefined ? part('Y', 1900) : short + (short < 69 ? 2000 : 1900),
    month: name === '' ? part('m', 1) : MONTHS.findIndex((month) => month.toLowerCase().startsWith(name)) + 1,
    day: part('d', 1),
    hour,
    minute: part('M', 0),
    second: part('S', 0),
  }
  const last = new Date(Date.UTC(moment.year, moment.month, 0)).getUTCDate()
  if (moment.day > last) throw new TypeError(`the day is out of range for the month`)
  return moment
}
