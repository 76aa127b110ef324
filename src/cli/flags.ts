/** Flags that commands share, as data. Letters are Ansible's. */
import { explainEndings, findFormat, listEndings } from '../report/format.ts'
import { runFormats } from '../report/formats.ts'
import { GUARD_TIMES, readGuardTime } from '../text/duration.ts'
import type { Flag } from './command.ts'

const wholeNumber =
  (least: number) =>
  (value: string | number): string | null =>
    Number.isInteger(value) && Number(value) >= least ? null : `must be a whole number from ${least}`

/** What opens ansible-vault's files and values; the first password also encrypts the undo records of a run. */
export const vaultFlags = {
  'vault-password-file': {
    type: 'strings',
    value: 'FILE',
    summary: 'vault password: a file, or a program to run; may be repeated',
  },
  'vault-id': {
    type: 'strings',
    value: 'LABEL@SOURCE',
    summary: 'vault password with its id: SOURCE is prompt, a file, or a program; may be repeated',
  },
  'ask-vault-pass': { letter: 'J', type: 'boolean', summary: 'ask for the vault password' },
} as const satisfies Record<string, Flag>

/** Where hosts come from and how they are reached. */
export const connectionFlags = {
  inventory: {
    letter: 'i',
    type: 'strings',
    value: 'FILE',
    summary: 'inventory file; repeat it to add more, later ones win; unless given, as ansible.cfg says',
  },
  limit: { letter: 'l', type: 'string', value: 'PATTERN', summary: 'only these hosts: names, groups, globs, a,b' },
  forks: {
    letter: 'f',
    type: 'number',
    value: 'N',
    summary: 'hosts worked on at once (10)',
    check: wholeNumber(1),
  },
  'ssh-config': {
    type: 'string',
    value: 'FILE',
    summary: "OpenSSH's configuration instead of ~/.ssh/config and /etc/ssh/ssh_config; none for no file",
  },
  user: { letter: 'u', type: 'string', value: 'NAME', summary: 'log in as this user' },
  'private-key': { type: 'string', value: 'FILE', summary: 'private key to log in with' },
  'ask-pass': { letter: 'k', type: 'boolean', summary: 'ask for the SSH password' },
  'connection-password-file': { type: 'string', value: 'FILE', summary: 'SSH password: a file, or a program to run' },
  become: { letter: 'b', type: 'boolean', summary: 'raise privileges through sudo (or doas, by variable)' },
  'become-user': { type: 'string', value: 'NAME', summary: 'become this user (root)' },
  'ask-become-pass': { letter: 'K', type: 'boolean', summary: 'ask for the sudo password' },
  'become-password-file': { type: 'string', value: 'FILE', summary: 'sudo password: a file, or a program to run' },
  timeout: {
    letter: 'T',
    type: 'number',
    value: 'SECONDS',
    summary: "time limit for connecting; unless given, ssh's ConnectTimeout, else 10",
    check: wholeNumber(1),
  },
  ...vaultFlags,
} as const satisfies Record<string, Flag>

/** What is shown and kept. */
export const outputFlags = {
  verbose: { letter: 'v', type: 'count', summary: 'more: notes and each change; -vv: the commands that steps run' },
  diff: { letter: 'D', type: 'boolean', summary: 'show how files change' },
  output: {
    type: 'string',
    value: 'KIND',
    default: 'text',
    choices: ['text', 'json', 'ndjson'],
    summary: 'what goes to stdout',
  },
  report: {
    type: 'strings',
    value: 'FILE',
    summary: `also write a report; its ending picks the format: ${listEndings(runFormats)}`,
    check: (value) =>
      findFormat(String(value), runFormats) === null
        ? `no report format has this ending; there is ${explainEndings(runFormats)}`
        : null,
  },
  sign: { type: 'string', value: 'KEY', summary: 'sign each report with this OpenSSH key: FILE.sig (ssh-keygen -Y)' },
} as const satisfies Record<string, Flag>

/** What `status` and `inventory` show. */
export const showFlags = {
  output: { ...outputFlags.output, choices: ['text', 'json'] },
} as const satisfies Record<string, Flag>

/** How `status` looks, how often, and where to. */
export const statusFlags = {
  ...showFlags,
  verbose: { letter: 'v', type: 'count', summary: 'everything that was read of each host' },
  watch: {
    type: 'number',
    value: 'SECONDS',
    bare: 2,
    summary: 'look again and again, every 2 seconds unless given; Ctrl-C ends it',
    check: (value) => (Number(value) >= 0.5 ? null : 'must be at least 0.5'),
  },
  report: {
    type: 'strings',
    value: 'FILE',
    summary: 'also write the report as JSON: a file that ends in .json',
    check: (value) =>
      String(value).toLowerCase().endsWith('.json') ? null : 'a status report is JSON: name a .json file',
  },
  sign: outputFlags.sign,
} as const satisfies Record<string, Flag>

/** Which tasks take part. */
export const taskFlags = {
  tags: { letter: 't', type: 'strings', value: 'TAGS', summary: 'only tasks with one of these tags (a,b)' },
  'skip-tags': { type: 'strings', value: 'TAGS', summary: 'no tasks with one of these tags (a,b)' },
} as const satisfies Record<string, Flag>

/** Looking at a playbook without connecting to any host. */
export const listFlags = {
  'list-hosts': { type: 'boolean', summary: 'list the hosts of each play, and stop' },
  'list-tasks': { type: 'boolean', summary: 'list the tasks of each play, and stop' },
  'list-tags': { type: 'boolean', summary: 'list the tags of each play, and stop' },
  'syntax-check': { type: 'boolean', summary: 'check playbooks and inventory, and stop' },
} as const satisfies Record<string, Flag>

/** Flags of commands that change hosts. */
export const applyFlags = {
  check: { letter: 'C', type: 'boolean', summary: 'change nothing, show what would change' },
  yes: { letter: 'y', type: 'boolean', summary: 'do not ask before changes are made' },
  guard: {
    type: 'string',
    value: 'TIME|off',
    default: '60s',
    summary: 'hosts take disruptive changes back by themselves after this time, unless a new connection confirms them',
    check: (value) => (readGuardTime(value) === undefined ? `must be ${GUARD_TIMES}` : null),
  },
} as const satisfies Record<string, Flag>

/** Keeping a plan for later. */
export const outFlag = {
  out: {
    type: 'string',
    value: 'FILE',
    summary: 'also keep the plan in a file; apply FILE does what it shows, or nothing',
  },
  sign: { ...outputFlags.sign, summary: 'sign the kept plan and each report with this OpenSSH key: FILE.sig' },
  'diff-from': { type: 'string', value: 'RUN', summary: 'also show what changed since a kept run' },
} as const satisfies Record<string, Flag>

export const detailedExitcode = {
  'detailed-exitcode': { type: 'boolean', summary: 'where nothing is applied: exit 3 if changes are pending' },
} as const satisfies Record<string, Flag>

/** What a trial transfers. */
export const trialFlags = {
  bytes: { type: 'string', value: 'SIZE', summary: 'how much to transfer: 64MiB unless given' },
} as const satisfies Record<string, Flag>
