import { expect, it } from 'vitest'
import { freshSession, newContext, newHostState, sessionOf } from '../../src/engine/context.ts'
import type { ConnectOptions } from '../../src/transport/types.ts'
import { createFakeTransport } from '../../src/transport/fake.ts'
import { target } from '../support/run-on.ts'

it('asks for a connection over no jump host that this run changed before', async () => {
  const asked: (ConnectOptions | undefined)[] = []
  const fake = createFakeTransport({})
  const { signal } = new AbortController()
  const context = newContext({
    runId: 'run',
    check: false,
    guard: null,
    timeoutSeconds: 20,
    transport: {
      ...fake,
      connect: (to, aborts, how) => {
        asked.push(how)
        return fake.connect(to, aborts)
      },
    },
    interrupt: signal,
    kill: signal,
    review: async () => true,
    emit: () => {},
    forks: 1,
  })
  for (const name of ['bastion', 'web']) context.hosts.set(name, newHostState(target(name)))
  const [bastion, web] = [context.hosts.get('bastion')!, context.hosts.get('web')!]
  await sessionOf(context, web)
  expect(asked).toEqual([undefined])
  await freshSession(context, web)
  expect(fake.record('web')).toMatchObject({ connections: 2, open: 1 })
  const isStale = asked[1]!.isStale!
  const jump = bastion.target.connection
  expect(isStale(jump)).toBe(false)
  bastion.applies = 1
  expect(isStale(jump)).toBe(true)
  expect(isStale({ ...jump, port: 2222 })).toBe(false)
  expect(isStale(web.target.connection)).toBe(false)
})
