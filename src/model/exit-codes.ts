/** Exit codes and their meanings; follows Ansible's where it can (see README). */
export const EXIT = {
  ok: { code: 0, meaning: 'all well' },
  notStarted: {
    code: 1,
    meaning: 'could not start: bad playbook or inventory, no host, or plan declined',
  },
  failed: { code: 2, meaning: 'something failed, a host ended unknown, or a report is not proven' },
  changesPending: { code: 3, meaning: 'with --detailed-exitcode: plan or check mode found changes' },
  unreachable: { code: 4, meaning: 'hosts were unreachable and none failed' },
  usage: { code: 5, meaning: 'wrong usage of the command line' },
  interrupted: { code: 99, meaning: 'interrupted' },
  bug: { code: 250, meaning: 'a bug in this program' },
} as const
