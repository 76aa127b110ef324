// The lab's key, the hosts' keys, and the files by which everything else reaches the hosts.
import ssh2 from 'ssh2'
import { stringify } from 'yaml'
import { shellQuote } from '../text/shell.ts'
import type { HostLayout } from './layout.ts'

/** An ed25519 key pair in OpenSSH's formats. */
export interface KeyPair {
  privateKey: string
  publicKey: string
}

/** Makes a key pair without a passphrase. */
export function makeKeyPair(comment: string): KeyPair {
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    // ssh2 1.17 writes about one key in 256 that neither it nor OpenSSH can read (8 of 2,000 tried).
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { privateKey, publicKey }
  }
}

/** Text of a known_hosts file. `hostKeys` are the hosts' public keys by host name. */
export function renderKnownHosts(hosts: readonly HostLayout[], hostKeys: ReadonlyMap<string, string>): string {
  return hosts
    .map((host) => `${host.management.address} ${hostKeys.get(host.name)!.split(' ').slice(0, 2).join(' ')}\n`)
    .join('')
}

/** The option as OpenSSH reads it: it splits the value at blanks that are not quoted. */
export function knownHostsOption(file: string): string {
  return `UserKnownHostsFile=${/\s/.test(file) ? `"${file}"` : file}`
}

/** Text of the inventory: every host as root over its management address, and the topology's groups. */
export function renderInventory(
  hosts: readonly HostLayout[],
  files: { keyFile: string; knownHostsFile: string },
): string {
  const groups = new Map<string, Record<string, null>>()
  for (const host of hosts) {
    for (const group of host.spec.groups) groups.set(group, { ...groups.get(group), [host.name]: null })
  }
  const inventory = {
    all: {
      // At each host and not at `all`: beside another inventory they must speak of no other host.
      hosts: Object.fromEntries(
        hosts.map((host) => [
          host.name,
          {
            ansible_host: host.management.address,
            ansible_port: 22,
            ansible_user: 'root',
            ansible_ssh_private_key_file: files.keyFile,
            ansible_ssh_common_args: `-F /dev/null -o ${shellQuote(knownHostsOption(files.knownHostsFile))} -o StrictHostKeyChecking=yes`,
          },
        ]),
      ),
      ...(groups.size > 0 && { children: Object.fromEntries([...groups].map(([name, of]) => [name, { hosts: of }])) }),
    },
  }
  return stringify(inventory, { nullStr: '', lineWidth: 0, aliasDuplicateObjects: false })
}
