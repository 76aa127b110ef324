/** The environment of programs that we start: what holds a password stays behind. */

type Env = Readonly<Record<string, string | undefined>>

/** Ansible's own (`ANSIBLE_BECOME_PASS`; `…_PASSWORD_FILE` names a file and may stay), and that of sshpass. */
const PASSWORD = /^(?:ANSIBLE_\w*PASS(?:WORD|PHRASE)?|SSHPASS)$/

/** Without variables that hold a password by their name, or a known secret by their value. */
export function childEnv(env: Env, isSecret: (value: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]): [string, string][] =>
      value === undefined || PASSWORD.test(name) || isSecret(value) ? [] : [[name, value]],
    ),
  )
}
