/** Ansible's variables about connections: those that are read, those that do no harm, and the rest. */
import { BECOME_PASSWORD_NAMES, PASSWORD_NAMES } from '../text/secrets.ts'

/** Aliases; where several are set the last one counts, as in Ansible's ssh and sudo plugins. */
export const HOST_NAMES = ['ansible_host', 'ansible_ssh_host']
export const PORT_NAMES = ['ansible_port', 'ansible_ssh_port']
export const USER_NAMES = ['ansible_user', 'ansible_ssh_user']
export { BECOME_PASSWORD_NAMES, PASSWORD_NAMES }
export const KEY_FILE_NAMES = ['ansible_private_key_file', 'ansible_ssh_private_key_file']
export const BECOME_NAMES = ['ansible_become']
export const BECOME_USER_NAMES = ['ansible_become_user', 'ansible_sudo_user']
/** Given to ssh before all else, after the variables above, and last. */
export const SSH_ARGS_NAMES = ['ansible_ssh_args']
export const SSH_COMMON_ARGS_NAMES = ['ansible_ssh_common_args']
export const SSH_EXTRA_ARGS_NAMES = ['ansible_ssh_extra_args']
export const HOST_KEY_CHECKING_NAMES = ['ansible_host_key_checking', 'ansible_ssh_host_key_checking']
export const TIMEOUT_NAMES = ['ansible_ssh_timeout']
/** Who makes the connection: `ssh2`, which is ourselves, or `openssh`, which is OpenSSH's own client. */
export const TRANSPORT_NAMES = ['mptcp_fleet_transport']
/** Read only to see that they ask for what is done anyway. */
export const CONNECTION_NAMES = ['ansible_connection']
export const BECOME_METHOD_NAMES = ['ansible_become_method']

export const READ_NAMES: readonly string[] = [
  ...HOST_NAMES,
  ...PORT_NAMES,
  ...USER_NAMES,
  ...PASSWORD_NAMES,
  ...KEY_FILE_NAMES,
  ...BECOME_NAMES,
  ...BECOME_USER_NAMES,
  ...BECOME_PASSWORD_NAMES,
  ...SSH_ARGS_NAMES,
  ...SSH_COMMON_ARGS_NAMES,
  ...SSH_EXTRA_ARGS_NAMES,
  ...HOST_KEY_CHECKING_NAMES,
  ...TIMEOUT_NAMES,
  ...TRANSPORT_NAMES,
  ...CONNECTION_NAMES,
  ...BECOME_METHOD_NAMES,
]

/** How Ansible runs its own modules on a host, or how fast; nothing here depends on it. */
const HARMLESS = new Set([
  'ansible_group_priority',
  'ansible_pipelining',
  'ansible_ssh_pipelining',
  'ansible_ssh_retries',
  'ansible_ssh_transfer_method',
  'ansible_ssh_use_tty',
  'ansible_scp_if_ssh',
  'ansible_scp_extra_args',
  'ansible_sftp_batch_mode',
  'ansible_sftp_extra_args',
  'ansible_control_path',
  'ansible_control_path_dir',
  'ansible_remote_tmp',
  'ansible_async_dir',
  'ansible_playbook_python',
  'ansible_facts',
  'ansible_local',
])
/** `ansible_python_interpreter` and its like for other languages. */
const INTERPRETER = /^ansible_\w+_interpreter$/
/** Facts that some keep in their inventories; they describe a host and connect nobody. */
const FACT =
  /^ansible_(?:distribution\w*|os_family|architecture|machine|kernel\w*|system\w*|hostname|fqdn|nodename|domain|virtualization\w*|default_ipv[46]|all_ipv[46]_addresses|interfaces|processor\w*|memtotal_mb|date_time|env|lsb|selinux|service_mgr|pkg_mgr|product\w*)$/

/** Whether a variable may be ignored without a word: it is no connection variable, or does no harm. */
export function isHarmless(name: string): boolean {
  return !name.startsWith('ansible_') || HARMLESS.has(name) || INTERPRETER.test(name) || FACT.test(name)
}
