/** Every setting below net.mptcp takes what the kernel takes, and nothing else. */
import { expect, it } from 'vitest'
import { kernelValue } from '../../src/mptcp/sysctl-names.ts'

it.each<[string, boolean | number | string, string]>([
  ['enabled', true, '1'],
  ['checksum_enabled', 0, '0'],
  ['allow_join_initial_addr_port', '1', '1'],
  ['stale_loss_cnt', 4_294_967_295, '4294967295'],
  ['close_timeout', '60', '60'],
  ['blackhole_timeout', 0, '0'],
  ['syn_retrans_before_tcp_fallback', 255, '255'],
  ['pm_type', 1, '1'],
  ['path_manager', ' userspace ', 'userspace'],
  ['scheduler', 'my_bpf.sched', 'my_bpf.sched'],
])('%s takes %s', (name, value, expected) => {
  expect(kernelValue(name, value)).toEqual({ value: expected })
})

it.each<[string, boolean | number | string, string]>([
  ['enabled', 2, 'true or false'],
  ['enabled', 'yes', 'true or false'],
  ['stale_loss_cnt', -1, 'from 0 to 4294967295'],
  ['close_timeout', 2_147_484, 'from 0 to 2147483 (seconds)'],
  ['close_timeout', 1.5, 'whole number'],
  ['close_timeout', '0x10', 'whole number'],
  ['close_timeout', true, 'whole number'],
  ['syn_retrans_before_tcp_fallback', 256, 'from 0 to 255'],
  ['path_manager', 1, 'kernel or userspace'],
  ['scheduler', 'a b', 'such as default'],
  ['available_schedulers', 'default', 'can only be read'],
  ['checksum_enable', 1, 'did you mean "checksum_enabled"?'],
  ['net.mptcp.enabled', 1, 'without net.mptcp.: enabled'],
  [
    'zzzzzzzzzzzzzzzzzzzzzzzz',
    1,
    'there are enabled, add_addr_timeout, checksum_enabled, allow_join_initial_addr_port, stale_loss_cnt, pm_type, ' +
      'scheduler, close_timeout, blackhole_timeout, syn_retrans_before_tcp_fallback, path_manager, ' +
      'add_addr_v6_port_drop_ts',
  ],
  // What cannot be set is offered to nobody.
  ['availableschedulers', 1, 'there are enabled,'],
  ['toString', 1, 'no setting below net.mptcp'],
])('%s does not take %s: %s', (name, value, reason) => {
  const checked = kernelValue(name, value)
  expect('fault' in checked ? checked.fault : checked).toContain(reason)
})
