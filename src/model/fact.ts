/** What one probe printed. `stdout` and `stderr` are UTF-8 text with the markers removed. */
export interface ProbeOutput {
  stdout: string
  stderr: string
  /** Exit status of the probe's last command. */
  rc: number
}

/**
 * One thing that can be asked of a host: a POSIX shell probe and a pure parser of its output.
 * Probes only read, run with LC_ALL=C, a PATH with sbin and stdin at /dev/null, in a subshell of their own.
 */
export interface Fact<T = any> {
  /** Unique; includes its arguments where it takes some: `file//etc/hosts`. */
  key: string
  summary: string
  /** POSIX shell text. Anything variable in it is quoted by text/shell. */
  probe: string
  /** Throws FactUnreadable where the output says that the fact could not be read. */
  parse: (output: ProbeOutput) => T
  /** The value with the thing at `path` set to `value` (null: absent). Default: shallow copy of a record. */
  set?: (fact: T, path: string, value: unknown) => T
  /** The thing at `path`; undefined: absent. Default: the entry of a record. */
  get?: (fact: T, path: string) => unknown
  /**
   * What becomes of the value where another fact changes, given that one's key and path, and its new value (null: absent);
   * undefined: nothing.
   */
  follow?: (changed: string, after: unknown) => T | undefined
  /** The part of the value that does not change by itself (no counters), to tell whether it moved. Default: all of it. */
  steady?: (fact: T) => unknown
  /** True where several changes of this fact collapse into the last one (a file written as a whole). */
  chained?: boolean
}

/** Thrown by a parser: the fact cannot be read on this host, with the reason. */
export class FactUnreadable extends Error {
  readonly hint: string

  constructor(message: string, hint = '') {
    super(message)
    this.name = 'FactUnreadable'
    this.hint = hint
  }
}
