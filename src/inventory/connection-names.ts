/** Ansible's variables about connections: those that are read, those that are refused, those that do no harm. */
import type { BecomeMethod } from '../model/host.ts'
import { BECOME_PASSWORD_NAMES, PASSWORD_NAMES } from '../text/secrets.ts'

/** Aliases; where several are set the last one counts, as in Ansible's ssh, sudo and doas plugins. */
export const HOST_NAMES = ['ansible_host', 'ansible_ssh_host']
export const PORT_NAMES = ['ansible_port', 'ansible_ssh_port']
export const USER_NAMES = ['ansible_user', 'ansible_ssh_user']
export { PASSWORD_NAMES }
export const KEY_FILE_NAMES = ['ansible_private_key_file', 'ansible_ssh_private_key_file']
export const BECOME_NAMES = ['ansible_become']
/** Given to ssh before all else, after the variables above, and last. */
export const SSH_ARGS_NAMES = ['ansible_ssh_args']
export const SSH_COMMON_ARGS_NAMES = ['ansible_ssh_common_args']
export const SSH_EXTRA_ARGS_NAMES = ['ansible_ssh_extra_args']
export const HOST_KEY_CHECKING_NAMES = ['ansible_host_key_checking', 'ansible_ssh_host_key_checking']
export const TIMEOUT_NAMES = ['ansible_ssh_timeout']
/** Who makes the connection: `ssh2`, which is ourselves, or `openssh`, which is OpenSSH's own client. */
export const TRANSPORT_NAMES = ['mptcp_fleet_transport']
/** Which of Ansible's plugins makes the connection. */
export const CONNECTION_NAMES = ['ansible_connection']
export const BECOME_METHOD_NAMES = ['ansible_become_method']

/** Each method has names of its own, which count for it alone. */
export function becomeNames(method: BecomeMethod): Record<'user' | 'password' | 'flags' | 'program', string[]> {
  return {
    user: ['ansible_become_user', `ansible_${method}_user`],
    password: [...BECOME_PASSWORD_NAMES, `ansible_${method}_pass`],
    flags: ['ansible_become_flags', `ansible_${method}_flags`],
    program: ['ansible_become_exe', `ansible_${method}_exe`],
  }
}

/** Plugins of which there is a like here. */
export const CONNECTIONS = ['ssh', 'smart', 'local', 'ansible.builtin.ssh', 'ansible.builtin.local']

/** Whether a plugin makes no connection, but runs on this machine. */
export function isLocal(plugin: string): boolean {
  return plugin.endsWith('local')
}

export const READ_NAMES: readonly string[] = [
  ...HOST_NAMES,
  ...PORT_NAMES,
  ...USER_NAMES,
  ...PASSWORD_NAMES,
  ...KEY_FILE_NAMES,
  ...BECOME_NAMES,
  ...new Set(['sudo', 'doas'].flatMap((method) => Object.values(becomeNames(method as BecomeMethod)).flat())),
  ...SSH_ARGS_NAMES,
  ...SSH_COMMON_ARGS_NAMES,
  ...SSH_EXTRA_ARGS_NAMES,
  ...HOST_KEY_CHECKING_NAMES,
  ...TIMEOUT_NAMES,
  ...TRANSPORT_NAMES,
  ...CONNECTION_NAMES,
  ...BECOME_METHOD_NAMES,
]

const OF_THIS_MACHINE = 'it names a program or library of this machine, which is never taken from variables'
const WINDOWS = 'hosts of Windows have no Multipath TCP of Linux'

/** Why a variable is refused that Ansible reads; null for all others. */
export function refusalReason(name: string): string | null {
  if (/^ansible_(?:ssh|sftp|scp)_executable$|^ansible_ssh_pkcs11_provider$/.test(name)) return OF_THIS_MACHINE
  return /^ansible_(?:winrm|psrp|runas)_/.test(name) ? WINDOWS : null
}

/** How Ansible runs its own modules on a host, or how fast; nothing here depends on it. */
const HARMLESS = new Set(
  `group_priority pipelining ssh_pipelining ssh_retries ssh_transfer_method ssh_use_tty scp_if_ssh scp_extra_args
  sftp_batch_mode sftp_extra_args sshpass_prompt control_path control_path_dir timeout remote_tmp system_tmpdirs
  async_dir admin_users common_remote_group shell_type shell_executable world_readable_temp
  shell_allow_world_readable_temp module_compression network_os connection_user playbook_python facts local
  no_target_syslog interpreter_python_fallback python_module_rlimit_nofile facts_modules
  su_user su_pass su_exe su_flags su_prompt_l10n doas_prompt_l10n`
    .split(/\s+/)
    .map((name) => `ansible_${name}`),
)
/** Of a plugin that is refused by name, and read by no other. */
const PARAMIKO = /^ansible_paramiko_/
/** `ansible_python_interpreter` and its like for other languages. */
const INTERPRETER = /^ansible_\w+_interpreter$/
/** Facts that some keep in their inventories; they describe a host and connect nobody. */
const FACT =
  /^ansible_(?:distribution\w*|os_family|architecture|machine|kernel\w*|system\w*|hostname|fqdn|nodename|domain|virtualization\w*|default_ipv[46]|all_ipv[46]_addresses|interfaces|processor\w*|memtotal_mb|date_time|env|lsb|selinux|service_mgr|pkg_mgr|product\w*)$/

/** Whether a variable may be ignored without a word: it is no connection variable, or does no harm. */
export function isHarmless(name: string): boolean {
  return (
    !name.startsWith('ansible_') ||
    [INTERPRETER, FACT, PARAMIKO].some((pattern) => pattern.test(name)) ||
    HARMLESS.has(name)
  )
}
