/** The route lookup against `ip route get` of the real kernel, in network namespaces with random rules and routes. */
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { routing } from '../../src/facts/routing.ts'
import { lookupRoute } from '../../src/mptcp/route.ts'

const NAMESPACE = `mfroute${process.pid}`
const CARDS = ['d0', 'd1', 'd2']

function sh(script: string): string {
  const shell = ['netns', 'exec', NAMESPACE, 'sh', '-c', script]
  return execFileSync('ip', shell, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

beforeAll(() => {
  execFileSync('ip', ['netns', 'add', NAMESPACE])
  sh(
    CARDS.map(
      (dev, index) => `ip link add ${dev} type veth peer name p${index}
ip link set p${index} up; ip link set ${dev} up
ip addr add 10.0.${index}.1/24 dev ${dev}; ip -6 addr add 2001:db8:${index}::1/64 dev ${dev} nodad`,
    ).join('\n'),
  )
})

afterAll(() => {
  execFileSync('ip', ['netns', 'delete', NAMESPACE])
})

const card = fc.constantFrom(...CARDS)
const prefix = fc.constantFrom('default', '10.0.0.0/8', '10.0.1.0/25', '10.7.0.0/16', '10.7.1.1/32', '172.16.0.0/12')
const table = fc.constantFrom('main', '100', '200')
const addRoute = fc
  .record({ prefix, card, table, metric: fc.nat(3), type: fc.constantFrom('', '', '', 'unreachable ', 'throw ') })
  .map(({ prefix, card, table, metric, type }) =>
    type === ''
      ? `ip route add ${prefix} dev ${card} table ${table} metric ${metric}`
      : `ip route add ${type}${prefix} table ${table} metric ${metric}`,
  )
const addRule = fc
  .record({
    priority: fc.integer({ min: 1, max: 900 }),
    selector: fc.constantFrom(
      'from 10.0.0.1',
      'from 10.0.1.0/24',
      'to 10.7.0.0/16',
      'iif lo',
      'iif d1',
      'fwmark 1',
      'oif d2',
    ),
    table,
  })
  .map(({ priority, selector, table }) => `ip rule add ${selector} table ${table} priority ${priority}`)
const addresses = ['10.0.1.9', '10.0.2.200', '10.7.1.1', '10.7.9.9', '172.20.0.1', '192.0.2.1']

it('agrees with the kernel', () => {
  let compared = 0
  fc.assert(
    fc.property(
      fc.uniqueArray(addRoute, { maxLength: 8 }),
      fc.uniqueArray(addRule, { maxLength: 4, selector: (text) => text.split(' ').at(-1) }),
      (routes, rules) => {
        sh('for t in 100 200; do ip route flush table $t; done; ip route flush table main proto boot; true')
        sh(
          'ip -o rule | while IFS=: read -r p x; do case $p in 0|32766|32767);; *) ip rule delete priority $p;; esac; done',
        )
        sh([...routes, ...rules].map((line) => `${line} || true`).join('\n'))
        const tables = routing.parse({ stdout: sh(`{ ${routing.probe}\n} 2>&1`), stderr: '', rc: 0 })
        for (const dst of addresses) {
          for (const src of [null, '10.0.0.1', '10.0.1.1']) {
            const from = src === null ? '' : ` from ${src}`
            const said = sh(`ip route get ${dst}${from} || true`)
            const { route } = lookupRoute(tables, { dst, src })
            expect([dst, src, route?.dev ?? null]).toEqual([dst, src, /\bdev (\S+)/.exec(said)?.[1] ?? null])
            compared++
          }
        }
      },
    ),
    { numRuns: 40 },
  )
  expect(compared).toBeGreaterThan(500)
})

it('agrees with the kernel for IPv6', () => {
  sh(`ip -6 route add 2001:db8:77::/48 dev d1; ip -6 route add default dev d2 table 66
ip -6 rule add from 2001:db8::1 table 66 priority 50`)
  const tables = routing.parse({ stdout: sh(`{ ${routing.probe}\n} 2>&1`), stderr: '', rc: 0 })
  for (const dst of ['2001:db8:1::9', '2001:db8:77::1', '2001:db9::1']) {
    for (const src of [null, '2001:db8::1', '2001:db8:1::1']) {
      const said = sh(`ip -6 route get ${dst}${src === null ? '' : ` from ${src}`} || true`)
      const { route } = lookupRoute(tables, { dst, src })
      expect([dst, src, route?.dev ?? null]).toEqual([dst, src, /\bdev (\S+)/.exec(said)?.[1] ?? null])
    }
  }
})
