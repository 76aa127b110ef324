/** Who runs this, as this machine has it: `user@machine`. */
import { hostname, userInfo } from 'node:os'

export function localAccount(): string {
  try {
    return `${userInfo().username}@${hostname()}`
  } catch {
    // No entry in the password file, as in some containers.
    return `uid ${process.getuid?.() ?? '?'}@${hostname()}`
  }
}
