/** What this machine contributes to connections, where the password file does not know who runs this. */
import * as os from 'node:os'
import { expect, test, vi } from 'vitest'
import { localDefaults } from '../../src/inventory/local-defaults.ts'
import { DiagnosticsError } from '../../src/model/diagnostic.ts'

vi.mock('node:os', async (original) => {
  const real = await original<typeof os>()
  return { ...real, userInfo: vi.fn<typeof os.userInfo>(real.userInfo) }
})

test('a user without an entry is told, as by ssh, and is no bug', () => {
  vi.mocked(os.userInfo).mockImplementationOnce(() => {
    throw new Error('ERR_SYSTEM_ERROR: uv_os_get_passwd returned ENOENT')
  })
  const summary = `no user exists for uid ${process.getuid!()} on this machine`
  try {
    localDefaults()
    expect.fail('should have thrown')
  } catch (error) {
    expect(error).toBeInstanceOf(DiagnosticsError)
    expect((error as DiagnosticsError).diagnostics).toMatchObject([{ code: 'no-account', summary }])
  }
  expect(localDefaults().user).toBe(os.userInfo().username)
})
