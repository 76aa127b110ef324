import { expect, it } from 'vitest'
import { childEnv } from '../../src/text/child-env.ts'

it('leaves out what holds a password, by name or by value', () => {
  const env = {
    PATH: '/bin',
    ANSIBLE_BECOME_PASS: 'x',
    ANSIBLE_SUDO_PASS: 'x',
    ANSIBLE_BECOME_PASSWORD_FILE: '/file',
    SSHPASS: 'x',
    MY_OWN: 'tiger',
    GONE: undefined,
  }
  expect(childEnv(env, (value) => value.includes('tiger'))).toEqual({
    PATH: '/bin',
    ANSIBLE_BECOME_PASSWORD_FILE: '/file',
  })
})
