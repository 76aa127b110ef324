/** Raising privileges as a user of the command line meets it: real doas, and what is said where it refuses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LAB_PASSWORD, LAB_USERS } from '../../src/lab/image-recipe.ts'
import type { RunReport } from '../../src/model/report.ts'
import { reported, workFolder } from './support/cli.ts'
import { withLab } from './support/pair-lab.ts'

const HOST = 'target'
const work = workFolder()
const lab = withLab({
  name: 'become',
  links: {},
  middleboxes: [],
  hosts: {
    [HOST]: {
      kind: 'light',
      groups: [],
      sysctl: {},
      packages: { absent: [], present: ['opendoas'] },
      readOnly: [],
      files: {},
      users: [],
    },
  },
})
afterAll(work.remove)

const playbook = work.write('p.yml', JSON.stringify([{ hosts: HOST, tasks: [{ mptcp_available: {} }] }]))

async function onHost(command: string): Promise<void> {
  const { rc, stderr } = await lab().exec(HOST, command)
  if (rc !== 0) throw new Error(`${command}: ${stderr}`)
}

/** Plans as a user of the lab, with these variables; the host's part of the report. */
async function plan(user: string, vars: Record<string, unknown>): Promise<RunReport['hosts'][number]> {
  const own = { ansible_user: user, ansible_become: true, ...vars }
  const file = work.write('vars.yml', JSON.stringify({ all: { hosts: { [HOST]: own } } }))
  const { report } = await reported(work.folder, ['plan', '-i', lab().inventoryFile, '-i', file, playbook])
  return report.hosts[0]!
}

type Failure = RunReport['hosts'][number]['error']

async function doas(vars: Record<string, unknown> = {}): ReturnType<typeof plan> {
  return await plan(LAB_USERS.withPassword, { ansible_become_method: 'doas', ...vars })
}

async function sudo(password: string | null): Promise<Failure> {
  const vars = password === null ? {} : { ansible_become_password: password }
  return (await plan(LAB_USERS.withPassword, vars)).error
}

describe('doas', () => {
  beforeAll(() => onHost(`echo 'permit nopass ${LAB_USERS.withPassword} as root' >/etc/doas.conf`))

  it('raises privileges where it needs no password, and gets none', async () => {
    expect(await doas()).toMatchObject({ status: 'ok', error: null })
    expect(await doas({ ansible_become_password: 'not asked for' })).toMatchObject({ status: 'ok', error: null })
  })

  it.each([
    ['permit %u as root', 'become-password-missing', /^doas asks for the password of operator/],
    ['permit nopass root', 'become-not-allowed', /^doas does not let operator become root/],
    ['', 'become-not-allowed', /^doas is installed and not enabled|^doas does not let/],
  ])('with %j in doas.conf it is %s', async (rule, code, summary) => {
    await onHost(rule === '' ? 'rm /etc/doas.conf' : `echo '${rule.replace('%u', 'operator')}' >/etc/doas.conf`)
    expect((await doas()).error).toMatchObject({ code, summary: expect.stringMatching(summary) })
  })

  it('says which user is not there, and that doas is not', async () => {
    await onHost(`echo 'permit nopass ${LAB_USERS.withPassword}' >/etc/doas.conf`)
    expect((await doas({ ansible_become_user: 'nobody-there' })).error?.code).toBe('become-user-unknown')
    await onHost('mv /usr/bin/doas /usr/bin/doas.away')
    const { error } = await doas()
    await onHost('mv /usr/bin/doas.away /usr/bin/doas')
    expect(error).toMatchObject({ code: 'become-missing', summary: 'the host has no doas' })
  })
})

describe('sudo', () => {
  it('tells a wrong password from none, from a user without rights, and from a terminal that is wanted', async () => {
    expect(await sudo(LAB_PASSWORD)).toBeNull()
    expect((await sudo('wrong-password'))?.code).toBe('become-password-wrong')
    expect((await sudo(null))?.code).toBe('become-password-missing')
    await onHost('mv /etc/sudoers.d/lab /root/sudoers-lab')
    expect((await sudo(LAB_PASSWORD))?.code).toBe('become-not-allowed')
    expect((await sudo('wrong-password'))?.code).toBe('become-password-wrong')
    await onHost('mv /root/sudoers-lab /etc/sudoers.d/lab')
    await onHost('echo "Defaults requiretty" >/etc/sudoers.d/tty')
    expect((await sudo(LAB_PASSWORD))?.code).toBe('become-requires-tty')
    await onHost('rm /etc/sudoers.d/tty')
    expect((await sudo('two\nlines'))?.code).toBe('become-password-wrong')
  })
})
