/** Variables that are worked out only where a template asks for them. */

/** The variables of every host, for `hostvars`. */
export class HostVars {
  readonly names: readonly string[]
  readonly varsOf: (name: string) => Readonly<Record<string, unknown>>

  constructor(names: readonly string[], varsOf: (name: string) => Readonly<Record<string, unknown>>) {
    this.names = names
    this.varsOf = varsOf
  }
}

/** All variables of the host itself, for `vars`. */
export class OwnVars {
  readonly kind = 'own'
}

/** Stands for "as if it had not been written", for `omit`. */
export const OMIT = '\uE005omit\uE001'
