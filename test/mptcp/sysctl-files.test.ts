import { expect, it } from 'vitest'
import { parseSysctlLine, readingOrder, sysctlLines, winningLines } from '../../src/mptcp/sysctl-files.ts'

const NAMES = [
  'add_addr_timeout',
  'blackhole_timeout',
  'close_timeout',
  'enabled',
  'pm_type',
  'scheduler',
  'stale_loss_cnt',
  'syn_retrans_before_tcp_fallback',
].map((name) => `net.mptcp.${name}`)

/** Winning values of these files, by name without `net.mptcp.`. */
function values(files: Record<string, string>): Record<string, string> {
  const sources = Object.entries(files).map(([path, file]) => ({ path, target: null, content: file }))
  const lines = winningLines(sysctlLines(sources), NAMES)
  return Object.fromEntries(Object.entries(lines).map(([name, { value }]) => [name.slice('net.mptcp.'.length), value]))
}

it('computes what systemd-sysctl 252 set from the same files', () => {
  const found = values({
    '/etc/sysctl.d/10-a.conf': 'net.mptcp.close_timeout=1 # etc\n',
    '/run/sysctl.d/10-a.conf': 'net.mptcp.close_timeout=2\n',
    '/usr/lib/sysctl.d/20-b.conf': `net/mptcp.x=1
net.mptcp/y=1
net/mptcp/enabled = 1
 -net.mptcp.scheduler = default
 - net.mptcp.stale_loss_cnt = 5
 ; c
-net.mptcp.pm_type
net.mptcp.*=7
net.*.add_addr_timeout=9
*.mptcp.blackhole_timeout=77
net.mptcp.[!a]*=8
net.{mptcp,foo}.close_timeout=88
net.mptcp.syn_retrans_before_tcp_fallback
`,
    '/etc/sysctl.d/30-c.conf': '',
    '/usr/lib/sysctl.d/30-c.conf': 'net.mptcp.enabled=0\n',
  })
  expect(found).toEqual({
    close_timeout: '1 # etc',
    enabled: '1',
    scheduler: 'default',
    stale_loss_cnt: '5',
    add_addr_timeout: '9',
    blackhole_timeout: '8',
    syn_retrans_before_tcp_fallback: '8',
  })
})

it('reads by file name over all folders, and of equal names only the first folder', () => {
  const paths = [
    '/usr/lib/sysctl.d/10-a.conf',
    '/usr/lib/sysctl.d/90-z.conf',
    '/lib/sysctl.d/10-a.conf',
    '/usr/local/lib/sysctl.d/20-b.conf',
    '/run/sysctl.d/20-b.conf',
    '/etc/sysctl.d/50-c.conf',
    '/etc/sysctl.d/README',
    '/etc/sysctl.conf',
  ]
  expect(readingOrder(paths.map((path) => ({ path }))).map(({ path }) => path)).toEqual([
    '/usr/lib/sysctl.d/10-a.conf',
    '/run/sysctl.d/20-b.conf',
    '/etc/sysctl.d/50-c.conf',
    '/usr/lib/sysctl.d/90-z.conf',
  ])
})

it('counts /etc/sysctl.conf only through a link, and names it as the file of the line', () => {
  const content = '# first\nnet.mptcp.enabled = 0\n'
  expect(values({ '/etc/sysctl.conf': content })).toEqual({})
  const link = { path: '/etc/sysctl.d/99-sysctl.conf', target: '/etc/sysctl.conf', content }
  const ours = { path: '/etc/sysctl.d/90-mptcp.conf', target: null, content: 'net.mptcp.enabled=1\n' }
  expect(winningLines(sysctlLines([link, ours]), [])).toEqual({
    'net.mptcp.enabled': { file: '/etc/sysctl.conf', line: 2, name: 'net.mptcp.enabled', value: '0' },
  })
})

it('a line without value takes back an earlier one', () => {
  const files = {
    '/etc/sysctl.d/10.conf': 'net.mptcp.enabled=1\n',
    '/etc/sysctl.d/20.conf': '-net.mptcp.enabled\nnet.mptcp.*=0\n',
  }
  expect(values(files)['enabled']).toBeUndefined()
})

it('of globs the one that was set last wins, and saying the same again does not move it', () => {
  const first = 'net.mptcp.e*=1\nnet.mptcp.*d=2\n'
  expect(values({ '/etc/sysctl.d/a.conf': first })['enabled']).toBe('2')
  expect(values({ '/etc/sysctl.d/a.conf': `${first}net.mptcp.e*=1\n` })['enabled']).toBe('2')
  expect(values({ '/etc/sysctl.d/a.conf': `${first}net.mptcp.e*=3\n` })['enabled']).toBe('3')
})

it.each([
  ['net.mptcp.enabled=1', 'net.mptcp.enabled', '1'],
  ['  net/mptcp/enabled\t=  a b ', 'net.mptcp.enabled', 'a b'],
  ['-net.mptcp.enabled = 1', 'net.mptcp.enabled', '1'],
  ['net.mptcp.x = a = b', 'net.mptcp.x', 'a = b'],
  ['net.ipv4.conf.eth0/5.rp_filter=1', 'net.ipv4.conf.eth0/5.rp_filter', '1'],
  ['net/ipv4/conf/eth0.5/rp_filter=1', 'net.ipv4.conf.eth0/5.rp_filter', '1'],
  ['net.mptcp.enabled=', 'net.mptcp.enabled', ''],
])('%s', (text, name, value) => {
  expect(parseSysctlLine(text)).toEqual({ name, value })
})

it.each(['', '  ', '# x=1', ' ; x=1', 'net.mptcp.enabled', '= 1', '-'])('%j is no setting', (text) => {
  expect(parseSysctlLine(text)).toBeNull()
})

it('a bracket that is no pattern reaches nothing', () => {
  expect(values({ '/etc/sysctl.d/a.conf': 'net.mptcp.[z-a]*=1\nnet.mptcp.[]=1\n' })).toEqual({})
})
