/** Who runs this, also where the password file does not know it. */
import * as os from 'node:os'
import { expect, test, vi } from 'vitest'
import { localAccount } from '../../src/engine/local-account.ts'

vi.mock('node:os', async (original) => {
  const real = await original<typeof os>()
  return { ...real, userInfo: vi.fn<typeof os.userInfo>(real.userInfo) }
})

test('is the name of the account on this machine', () => {
  expect(localAccount()).toBe(`${os.userInfo().username}@${os.hostname()}`)
})

test('is the number of the user where there is no such account, as in some containers', () => {
  vi.mocked(os.userInfo).mockImplementationOnce(() => {
    throw new Error('ERR_SYSTEM_ERROR: uv_os_get_passwd returned ENOENT')
  })
  expect(localAccount()).toBe(`uid ${process.getuid!()}@${os.hostname()}`)
})
