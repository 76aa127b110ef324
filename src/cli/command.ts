/** What every file in commands/ exports as `command`: data for help and parsing, and the function that runs it. */
import type { Io } from './io.ts'

/** One flag as data; see flags.ts for those that commands share. */
export interface Flag {
  /** One letter, without the dash. */
  letter?: string
  type: 'boolean' | 'count' | 'string' | 'number' | 'strings'
  summary: string
  /** Name of the value in help: `FILE`. */
  value?: string
  default?: string | number
  /** What it means where no number stands behind it: `--watch` alone. Only for numbers. */
  bare?: number
  choices?: readonly string[]
  /** What is wrong with a value, or null. Gets each value of a flag that repeats. */
  check?: (value: string | number) => string | null
}

/** What every command has besides its own flags. */
export const HELP_FLAG: Flag = { letter: 'h', type: 'boolean', summary: 'show this' }

export type Flags = Readonly<Record<string, Flag>>

type ValueOf<F extends Flag> = F['type'] extends 'boolean'
  ? boolean
  : F['type'] extends 'count'
    ? number
    : F['type'] extends 'strings'
      ? string[]
      : F['type'] extends 'number'
        ? F extends { default: number }
          ? number
          : number | null
        : F extends { default: string }
          ? string
          : string | null

/** Values by the flags' long names, as written: `flags['skip-tags']`. Not given: false, 0, [] or null. */
export type FlagValues<F extends Flags> = { [K in keyof F]: ValueOf<F[K]> }

export interface Invocation<F extends Flags> {
  /** Positional arguments. */
  args: string[]
  /** What stands after `--`, else empty. */
  rest: string[]
  flags: FlagValues<F>
}

export interface CommandModule<F extends Flags = any> {
  /** What follows the program's name: `plan PLAYBOOK…`. */
  usage: string
  /** One line; the first of its help. */
  summary: string
  /** More lines for its help. */
  description?: string
  examples?: readonly string[]
  flags: F
  /** Least and greatest number of positional arguments. */
  args: { min: number; max: number }
  /** Resolves to the exit code; throws ExitError, DiagnosticsError, or anything else for a bug. */
  run: (invocation: Invocation<F>, io: Io) => Promise<number>
}

/** Gives a command the types of its flags. */
export function defineCommand<const F extends Flags>(command: CommandModule<F>): CommandModule<F> {
  return command
}
