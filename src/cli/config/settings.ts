/** Settings of Ansible that hold here too: from the environment, else from ansible.cfg. Flags and variables are stronger. */
import { dirname, resolve } from 'node:path'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { DiagnosticsError, errorDiagnostic } from '../../model/diagnostic.ts'
import { readBoolean } from '../../text/boolean.ts'
import { pythonRegex } from '../../text/python-regex.ts'
import type { SettingOrigin } from '../../inventory/types.ts'
import type { ConfigFile, ConfigPlaces } from './ansible-cfg.ts'
import { expandPath, readConfigFile } from './ansible-cfg.ts'

/** How the text of a setting is read; paths count from ansible.cfg's folder, or from the working directory. */
interface Values {
  text: string
  path: string
  paths: string[]
  list: string[]
  patterns: RegExp[]
  boolean: boolean
  number: number
}

interface Setting {
  type: keyof Values
  /** Where several are set, the last one counts; so below. */
  env: readonly string[]
  ini: readonly (readonly [section: string, key: string])[]
}

/** Names are those of ansible-core's config/base.yml and of its ssh and become plugins. */
const SETTINGS = {
  inventory: { type: 'paths', env: ['ANSIBLE_INVENTORY'], ini: [['defaults', 'inventory']] },
  ignoreExtensions: {
    type: 'list',
    env: ['ANSIBLE_INVENTORY_IGNORE'],
    ini: [
      ['defaults', 'inventory_ignore_extensions'],
      ['inventory', 'ignore_extensions'],
    ],
  },
  ignorePatterns: {
    type: 'patterns',
    env: ['ANSIBLE_INVENTORY_IGNORE_REGEX'],
    ini: [
      ['defaults', 'inventory_ignore_patterns'],
      ['inventory', 'ignore_patterns'],
    ],
  },
  remoteUser: { type: 'text', env: ['ANSIBLE_REMOTE_USER'], ini: [['defaults', 'remote_user']] },
  remotePort: { type: 'number', env: ['ANSIBLE_REMOTE_PORT'], ini: [['defaults', 'remote_port']] },
  privateKeyFile: { type: 'path', env: ['ANSIBLE_PRIVATE_KEY_FILE'], ini: [['defaults', 'private_key_file']] },
  hostKeyChecking: {
    type: 'boolean',
    env: ['ANSIBLE_HOST_KEY_CHECKING', 'ANSIBLE_SSH_HOST_KEY_CHECKING'],
    ini: [
      ['defaults', 'host_key_checking'],
      ['ssh_connection', 'host_key_checking'],
    ],
  },
  forks: { type: 'number', env: ['ANSIBLE_FORKS'], ini: [['defaults', 'forks']] },
  timeout: { type: 'number', env: ['ANSIBLE_TIMEOUT'], ini: [['defaults', 'timeout']] },
  vaultPasswordFile: {
    type: 'path',
    env: ['ANSIBLE_VAULT_PASSWORD_FILE'],
    ini: [['defaults', 'vault_password_file']],
  },
  vaultIdentityList: {
    type: 'list',
    env: ['ANSIBLE_VAULT_IDENTITY_LIST'],
    ini: [['defaults', 'vault_identity_list']],
  },
  vaultIdMatch: { type: 'boolean', env: ['ANSIBLE_VAULT_ID_MATCH'], ini: [['defaults', 'vault_id_match']] },
  askVaultPass: { type: 'boolean', env: ['ANSIBLE_ASK_VAULT_PASS'], ini: [['defaults', 'ask_vault_pass']] },
  askPass: { type: 'boolean', env: ['ANSIBLE_ASK_PASS'], ini: [['defaults', 'ask_pass']] },
  connectionPasswordFile: {
    type: 'path',
    env: ['ANSIBLE_CONNECTION_PASSWORD_FILE'],
    ini: [['defaults', 'connection_password_file']],
  },
  become: { type: 'boolean', env: ['ANSIBLE_BECOME'], ini: [['privilege_escalation', 'become']] },
  becomeMethod: { type: 'text', env: ['ANSIBLE_BECOME_METHOD'], ini: [['privilege_escalation', 'become_method']] },
  becomeUser: {
    type: 'text',
    env: ['ANSIBLE_BECOME_USER'],
    ini: [['privilege_escalation', 'become_user']],
  },
  becomeAskPass: {
    type: 'boolean',
    env: ['ANSIBLE_BECOME_ASK_PASS'],
    ini: [['privilege_escalation', 'become_ask_pass']],
  },
  becomePasswordFile: {
    type: 'path',
    env: ['ANSIBLE_BECOME_PASSWORD_FILE'],
    ini: [['defaults', 'become_password_file']],
  },
  sshArgs: { type: 'text', env: ['ANSIBLE_SSH_ARGS'], ini: [['ssh_connection', 'ssh_args']] },
  sshCommonArgs: { type: 'text', env: ['ANSIBLE_SSH_COMMON_ARGS'], ini: [['ssh_connection', 'ssh_common_args']] },
  sshExtraArgs: { type: 'text', env: ['ANSIBLE_SSH_EXTRA_ARGS'], ini: [['ssh_connection', 'ssh_extra_args']] },
} as const satisfies Record<string, Setting>

type Known = typeof SETTINGS

/** Null where nothing is said. */
export type Settings = { readonly [K in keyof Known]: Values[Known[K]['type']] | null }

/** Where those that are set were set. */
export type SettingOrigins = { readonly [K in keyof Known]?: SettingOrigin }

/** `merge` would merge mappings of one name, which gives variables other values. */
const HASH_BEHAVIOUR: Setting = { type: 'text', env: ['ANSIBLE_HASH_BEHAVIOUR'], ini: [['defaults', 'hash_behaviour']] }

interface ReadSettings {
  settings: Settings
  origins: SettingOrigins
  /** A file that is passed over, and the settings that are not used here. */
  warnings: Diagnostic[]
}

/** Throws DiagnosticsError. */
export function readSettings(places: ConfigPlaces): ReadSettings {
  const { config, warnings } = readConfigFile(places)
  const diagnostics = refuseMerging(findValue(HASH_BEHAVIOUR, config, places))
  const origins: Record<string, SettingOrigin> = {}
  const values = Object.entries(SETTINGS).map(([name, setting]): [string, unknown] => {
    const found = findValue(setting, config, places)
    if (found === null) return [name, null]
    const value = READERS[setting.type](unquoted(found.text), (path) => located(path, found.base, places))
    if (value === null) diagnostics.push(wrongValue(setting, found))
    origins[name] = { name: found.name, source: found.source }
    return [name, value]
  })
  if (diagnostics.length > 0) throw new DiagnosticsError(diagnostics)
  return { settings: Object.fromEntries(values) as Settings, origins, warnings: [...warnings, ...unused(config)] }
}

interface Found extends SettingOrigin {
  text: string
  /** Folder that paths count from. */
  base: string
}

function findValue({ env, ini }: Setting, config: ConfigFile | null, places: ConfigPlaces): Found | null {
  const name = env.findLast((each) => (places.env[each] ?? '') !== '')
  if (name !== undefined) return { name, text: places.env[name]!, base: places.cwd, source: null }
  const entry = ini
    .map(([section, key]) =>
      config?.entries.find((each) => each.section === section && each.key === key && each.value !== ''),
    )
    .findLast((each) => each !== undefined)
  if (entry === undefined || config === null) return null
  return { name: entry.key, text: entry.value, base: dirname(config.file), source: entry.source }
}

function located(path: string, base: string, places: ConfigPlaces): string {
  return resolve(base, expandPath(path.replaceAll('{{CWD}}', places.cwd), places))
}

const READERS: { [K in keyof Values]: (text: string, locate: (path: string) => string) => Values[K] | null } = {
  text: (text) => text,
  path: (text, locate) => locate(text),
  paths: (text, locate) => listed(text).map(locate),
  list: (text) => listed(text).map(unquoted),
  patterns: (text) => patternsIn(listed(text).map(unquoted)),
  boolean: readBoolean,
  number: (text) => (/^\d+$/.test(text) ? Number(text) : null),
}

/** Found anywhere in a name, as re.search does; null where one is no regular expression. */
function patternsIn(texts: readonly string[]): RegExp[] | null {
  try {
    return texts.map((text) => pythonRegex(`[^]*?(?:${text})`))
  } catch {
    return null
  }
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function unquoted(text: string): string {
  return /^(?:"[^"]*"|'[^']*')$/s.test(text) ? text.slice(1, -1) : text
}

const WANTED: { [K in keyof Values]?: [what: string, hint: string] } = {
  number: ['a whole number', 'write digits alone, or leave it out'],
  patterns: ['regular expressions', 'separate them by commas, as in: ^old_, _test$'],
}

function wrongValue({ type }: Setting, { name, text, source }: Found): Diagnostic {
  const [wanted, hint] = WANTED[type] ?? ['yes or no', 'write yes or no, or leave it out']
  return errorDiagnostic('bad-config', `${name}: expected ${wanted}, got "${text}"`, { source, hint })
}

function refuseMerging(found: Found | null): Diagnostic[] {
  if (found === null || unquoted(found.text) !== 'merge') return []
  const { name, source } = found
  const hint = 'leave it out, and write mappings out where they are to have the keys of others (<<: *anchor in YAML)'
  return [
    errorDiagnostic('not-supported', `${name}: merge is not supported, mappings replace each other`, { source, hint }),
  ]
}

/** One warning for all of them. */
function unused(config: ConfigFile | null): Diagnostic[] {
  const used = new Set(Object.values(SETTINGS).flatMap(({ ini }) => ini.map(([section, key]) => `${section}.${key}`)))
  const rest = (config?.entries ?? []).filter(({ section, key }) => !used.has(`${section}.${key}`))
  if (rest.length === 0) return []
  const names = [...new Set(rest.map(({ section }) => section))].map((section) => {
    const keys = rest.filter((entry) => entry.section === section).map(({ key }) => key)
    return `[${section}] ${keys.join(', ')}`
  })
  const summary = `not used here: ${names.join('; ')}`
  return [{ severity: 'warning', code: 'unused-settings', summary, detail: '', hint: '', source: rest[0]!.source }]
}
