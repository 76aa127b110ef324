/** Which entries of a directory of inventories are none. */

export type IsIgnored = (name: string) => boolean

/** As Ansible has them where no setting says otherwise. */
const ENDINGS = '.pyc .pyo .swp .bak ~ .rpm .md .txt .rst .orig .ini .cfg .retry'.split(' ')

/** `endings` stand in place of Ansible's own, `patterns` beside them; null where nothing is set. */
export function ignoring(endings: readonly string[] | null, patterns: readonly RegExp[] | null): IsIgnored {
  return (name) =>
    /^\.|^(?:host_vars|group_vars|vars_plugins)$/.test(name) ||
    (endings ?? ENDINGS).some((ending) => name.endsWith(ending)) ||
    (patterns ?? []).some((pattern) => pattern.test(name))
}
