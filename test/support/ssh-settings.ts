/** Settings of OpenSSH as they are without any configuration, but for known_hosts files, keys and an agent: none. */
import type { SshSettings } from '../../src/model/ssh-settings.ts'
import { ALGORITHMS } from '../../src/text/ssh-algorithms.ts'

export function sshSettings(more: Partial<SshSettings> = {}): SshSettings {
  return {
    identityFiles: [],
    identitiesOnly: false,
    identityAgent: '$SSH_AUTH_SOCK',
    pubkeyAlgorithms: null,
    authentications: ['publickey', 'keyboard-interactive', 'password'],
    hostKeyAlias: null,
    hostKeyChecking: 'strict',
    userKnownHostsFiles: [],
    globalKnownHostsFiles: [],
    hashKnownHosts: false,
    hostKeyAlgorithms: [...ALGORITHMS.hostkeyalgorithms.defaults],
    knownKeysFirst: true,
    requiredRsaBits: 1024,
    ciphers: null,
    macs: null,
    kexAlgorithms: null,
    connectTimeout: null,
    serverAliveInterval: null,
    serverAliveCountMax: null,
    addressFamily: null,
    bindAddress: null,
    ...more,
  }
}
