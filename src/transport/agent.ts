/** The keys of a running ssh-agent. */
import ssh2 from 'ssh2'
import type { BaseAgent, ParsedKey, PublicKeyEntry } from 'ssh2'

export interface AgentKey {
  comment: string
  /** As it goes over the wire. */
  publicKey: Buffer
  /** An agent that offers this key and no other, so that keys can be tried in an order of our own. */
  agent: BaseAgent
}

export interface AgentKeys {
  keys: AgentKey[]
  /** Why there are none, where that is not the agent's own answer. */
  problem: string | null
}

/** Milliseconds; an agent answers from memory, so one that takes longer hangs. */
const AGENT_TIMEOUT = 5000

/** Lists the agent's keys; certificates and security keys are left out, since ssh2 cannot use them. */
export async function listAgentKeys(socketPath: string): Promise<AgentKeys> {
  return new Promise((resolve) => {
    const none = (problem: string): void => resolve({ keys: [], problem: `the agent at ${socketPath} ${problem}` })
    const timer = setTimeout(() => none('does not answer'), AGENT_TIMEOUT)
    new ssh2.OpenSSHAgent(socketPath).getIdentities((error, identities) => {
      clearTimeout(timer)
      if (error) none('cannot be reached')
      else resolve({ keys: (identities ?? []).flatMap((identity) => agentKey(socketPath, identity)), problem: null })
    })
  })
}

function agentKey(socketPath: string, identity: ParsedKey | PublicKeyEntry): AgentKey[] {
  const key = ssh2.utils.parseKey(identity as ParsedKey)
  if (key instanceof Error) return []
  const agent = new ssh2.OpenSSHAgent(socketPath)
  agent.getIdentities = (callback) => callback(null, [key])
  return [{ comment: key.comment, publicKey: key.getPublicSSH(), agent }]
}
