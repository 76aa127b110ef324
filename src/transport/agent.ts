/** The keys of a running ssh-agent. */
import ssh2 from 'ssh2'
import type { BaseAgent, ParsedKey } from 'ssh2'

export interface AgentKey {
  comment: string
  publicKey: Buffer
  /** An agent that offers this key and no other, so that keys can be tried in an order of our own. */
  agent: BaseAgent
}

/** Milliseconds; an agent answers from memory, so one that takes longer hangs. */
const AGENT_TIMEOUT = 5000

/** Lists the agent's keys; `problem` says why there are none. Certificates and security keys are left out. */
export async function listAgentKeys(socketPath: string): Promise<{ keys: AgentKey[]; problem: string | null }> {
  const agent = new ssh2.OpenSSHAgent(socketPath)
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve({ keys: [], problem: `the agent at ${socketPath} does not answer` }),
      AGENT_TIMEOUT,
    )
    agent.getIdentities((error, identities) => {
      clearTimeout(timer)
      if (error) resolve({ keys: [], problem: `the agent at ${socketPath} cannot be reached` })
      else resolve({ keys: (identities ?? []).flatMap((key) => agentKey(agent, key)), problem: null })
    })
  })
}

function agentKey(agent: BaseAgent, identity: ParsedKey | Buffer | string): AgentKey[] {
  const key = ssh2.utils.parseKey(identity as ParsedKey)
  if (key instanceof Error) return []
  return [{ comment: key.comment, publicKey: key.getPublicSSH(), agent: new SingleKeyAgent(agent, key) }]
}

/** A class, since ssh2 recognises agents by their base class. */
class SingleKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent
  readonly #key: ParsedKey

  constructor(agent: BaseAgent, key: ParsedKey) {
    super()
    this.#agent = agent
    this.#key = key
  }

  override getIdentities(callback: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    callback(null, [this.#key])
  }

  override sign(...args: Parameters<BaseAgent['sign']>): void {
    this.#agent.sign(...args)
  }
}
