/** Ansible's keywords that this version has not, so that the answer is "not yet" and not "unknown". */
import type { Diagnostic, Source } from '../model/diagnostic.ts'
import { errorDiagnostic } from '../model/diagnostic.ts'
import { readBoolean } from '../text/boolean.ts'
import type { YamlMap } from '../text/yaml-node.ts'
import { toValue } from '../text/yaml-node.ts'

const EVERYWHERE =
  'become_exe become_flags become_method collections debugger diff environment ' +
  'ignore_errors ignore_unreachable module_defaults port run_once throttle timeout'

export const PLAY_NOT_YET: ReadonlySet<string> = new Set(
  (
    `${EVERYWHERE} fact_path force_handlers gather_subset gather_timeout handlers import_playbook order ` +
    'post_tasks pre_tasks roles strategy vars_files vars_prompt ansible.builtin.import_playbook'
  ).split(' '),
)

const TASK_NOT_YET: ReadonlySet<string> = new Set(
  (
    `${EVERYWHERE} action always async block changed_when connection delay delegate_facts delegate_to failed_when ` +
    'first_available_file import_playbook import_role import_tasks include include_role include_tasks include_vars ' +
    'listen local_action loop loop_control notify poll register remote_user rescue retries until when'
  ).split(' '),
)

/** Modules of Ansible that people try first. */
const ANSIBLE_MODULES: ReadonlySet<string> = new Set(
  (
    'add_host apt apt_repository assemble assert async_status blockinfile copy cron debconf debug dnf ' +
    'dpkg_selections expect fail fetch file find firewalld get_url getent git group group_by hostname iptables ' +
    'known_hosts lineinfile meta modprobe mount nmcli package package_facts pause ping pip raw reboot replace rpm_key ' +
    'selinux service service_facts set_fact set_stats setup slurp stat subversion synchronize sysctl ' +
    'systemd systemd_service tempfile template unarchive uri user validate_argument_spec wait_for ' +
    'wait_for_connection yum yum_repository'
  ).split(' '),
)

/** Whether a task's key is a keyword of Ansible that has no meaning here yet: `loop`, `with_items`, `block`. */
export function isTaskKeywordNotYet(key: string): boolean {
  return TASK_NOT_YET.has(key.replace(/^ansible\.(?:builtin|legacy)\./, '')) || key.startsWith('with_')
}

/** Modules that Ansible has as well, and that mean the same here: they may be written with their collection. */
const SHARED_MODULES: ReadonlySet<string> = new Set(['command', 'script', 'shell'])

/** The name that a module has here: `ansible.builtin.command` is `command`. */
export function moduleName(name: string): string {
  const [, own] = /^ansible\.(?:builtin|legacy)\.(\w+)$/.exec(name) ?? []
  return own !== undefined && SHARED_MODULES.has(own) ? own : name
}

/** Whether a name is one of Ansible's modules, by itself or with its collection (`community.general.nmcli`). */
export function isAnsibleModule(name: string): boolean {
  return ANSIBLE_MODULES.has(name) || /^[a-z_]\w*\.[a-z_]\w*\.[a-z_]\w*$/.test(name)
}

/** What to write in place of a keyword, by the names it has. */
const INSTEAD: readonly (readonly [names: string, hint: string])[] = [
  ['import_playbook', 'name both playbooks on the command line, in their order'],
  [
    'roles pre_tasks post_tasks handlers block include import_tasks include_tasks import_role include_role notify listen',
    'write the tasks themselves under tasks:',
  ],
  ['vars_files include_vars vars_prompt', 'put the variables under vars:, or into group_vars/ or host_vars/'],
  ['when run_once delegate_to local_action', 'choose the hosts with hosts: of a play of their own, or with --limit'],
  ['loop loop_control', 'write a task for each item'],
  ['become_method', 'set ansible_become_method for the host in the inventory: sudo (unless given) or doas'],
  ['become_exe become_flags', 'remove it: privileges are raised by plain sudo or doas'],
  [
    'connection port remote_user',
    'set it for the host in the inventory: ansible_connection, ansible_port, ansible_user',
  ],
]

/** The diagnostic for a keyword of Ansible that has no meaning here yet. */
export function notYet(key: string, source: Source): Diagnostic {
  const name = key.replace(/^ansible\.(?:builtin|legacy)\./, '').replace(/^with_.*/, 'loop')
  const hint = INSTEAD.find(([names]) => names.split(' ').includes(name))?.[1] ?? 'remove it'
  return errorDiagnostic('not-supported', `${key}: not supported yet in this version`, { source, hint })
}

/** What a play or task says of `no_log`, null where it says nothing. What is neither yes nor no (an error) hides. */
export function readNoLog(node: YamlMap): boolean | null {
  const entry = node.entries.get('no_log')
  const value = entry === undefined ? null : toValue(entry.node)
  return value === null ? null : (readBoolean(value) ?? true)
}

/** The diagnostic for a keyword whose value would have to be rendered. */
export function noTemplate(key: string, source: Source): Diagnostic {
  const hint = 'write the value itself; templates can stand in parameters of tasks and in vars'
  return errorDiagnostic('not-supported', `${key}: templates are not supported here yet`, { source, hint })
}
