/** The keywords of ssh_config: those that are read, with what their values may be, and those that change nothing here. */
import type { Choices } from './ssh-config-values.ts'
import { YES_NO } from './ssh-config-values.ts'

/** How a keyword's value is read; choices give the one spelling that is kept. */
export type ValueKind = 'text' | 'time' | 'number' | 'port' | 'files' | 'command' | 'socket' | Choices

/** Keywords whose first value counts. */
export const VALUE_KINDS: Readonly<Record<string, ValueKind>> = {
  addressfamily: { inet: 'inet', inet6: 'inet6', any: 'any' },
  bindaddress: 'text',
  bindinterface: 'text',
  canonicalizehostname: { ...YES_NO, always: 'always' },
  certificatefile: 'text',
  checkhostip: YES_NO,
  ciphers: 'text',
  connecttimeout: 'time',
  globalknownhostsfile: 'files',
  hashknownhosts: YES_NO,
  hostkeyalgorithms: 'text',
  hostkeyalias: 'text',
  hostname: 'text',
  identitiesonly: YES_NO,
  identityagent: 'socket',
  ignoreunknown: 'text',
  kbdinteractiveauthentication: YES_NO,
  kexalgorithms: 'text',
  knownhostscommand: 'command',
  macs: 'text',
  nohostauthenticationforlocalhost: YES_NO,
  passwordauthentication: YES_NO,
  port: 'port',
  preferredauthentications: 'text',
  proxycommand: 'command',
  pubkeyacceptedalgorithms: 'text',
  pubkeyauthentication: { ...YES_NO, unbound: 'yes', 'host-bound': 'yes' },
  requiredrsasize: 'number',
  revokedhostkeys: 'files',
  serveralivecountmax: 'number',
  serveraliveinterval: 'time',
  stricthostkeychecking: { ...YES_NO, off: 'no', ask: 'ask', 'accept-new': 'accept-new' },
  tag: 'text',
  user: 'text',
  userknownhostsfile: 'files',
  verifyhostkeydns: { ...YES_NO, ask: 'ask' },
}

/** Other names of the same. */
export const KEYWORD_ALIASES: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  identityfile2: 'identityfile',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
}

/**
 * Keywords that OpenSSH or a distribution's OpenSSH knows and that change neither whom we reach nor whom we trust: what
 * is shown, forwarded or shared, ways to log in that we lack, names of the past.
 */
export const HARMLESS_KEYWORDS: ReadonlySet<string> = new Set(
  `addkeystoagent afstokenpassing batchmode canonicaldomains canonicalizefallbacklocal canonicalizemaxdots
  canonicalizepermittedcnames casignaturealgorithms channeltimeout cipher clearallforwardings compression
  compressionlevel connectionattempts controlmaster controlpath controlpersist dynamicforward enableescapecommandline
  enablesshkeysign escapechar exitonforwardfailure fallbacktorsh fingerprinthash forkafterauthentication forwardagent
  forwardx11 forwardx11timeout forwardx11trusted gatewayports globalknownhostsfile2 gssapiauthentication
  gssapiclientidentity gssapidelegatecredentials gssapikexalgorithms gssapikeyexchange gssapirenewalforcesrekey
  gssapiserveridentity gssapitrustdns hostbasedacceptedalgorithms hostbasedauthentication hostbasedkeytypes ipqos
  kbdinteractivedevices keepalive kerberosauthentication kerberostgtpassing localcommand localforward loglevel
  logverbose numberofpasswordprompts obscurekeystroketiming permitlocalcommand permitremoteopen pkcs11provider
  protocol proxyusefdpass rekeylimit remotecommand remoteforward
  requesttty rhostsauthentication rhostsrsaauthentication rsaauthentication securitykeyprovider sendenv sessiontype
  setenv smartcarddevice stdinnull streamlocalbindmask streamlocalbindunlink syslogfacility tcpkeepalive tunnel
  tunneldevice updatehostkeys useprivilegedport userknownhostsfile2 useroaming usersh versionaddendum visualhostkey
  warnweakcrypto xauthlocation`.split(/\s+/),
)

/** Every name that is no mistake; for suggestions. */
export function knownKeywords(): string[] {
  return ['host', 'match', 'include', 'identityfile', 'proxyjump', 'refuseconnection', ...Object.keys(VALUE_KINDS)]
}
