/** Says why a step failed: in the words of the program that ran, and in plain ones where these are well known. */
import type { Step } from '../../model/change.ts'
import { shellJoin } from '../../text/shell.ts'
import type { Section } from './frame.ts'

export interface StepFailure {
  /** The step as a person would name it: `apt-get update -q`, `write /etc/…`. */
  what: string
  /** Why, in a few words; null where the program's own words are not known here. */
  why: string | null
  /** What the program said. */
  detail: string
  /** What to do; empty where that is not known. */
  hint: string
}

/** Lines of stdout that are kept: programs say on stderr why they failed, and chat on stdout. */
const STDOUT_LINES = 10
const STDOUT_LINES_ALONE = 40

interface Known {
  says: RegExp
  why: string
  hint: string
}

const KNOWN: readonly Known[] = [
  {
    says: /no space left on device|disk quota exceeded/i,
    why: 'no space is left on the disk',
    hint: 'free space on the host (df -h), then run again; where there is space, inodes ran out (df -i)',
  },
  {
    says: /read-only file system/i,
    why: 'the file system is read-only',
    hint: 'make it writable on the host (findmnt shows how it is mounted), then run again',
  },
  {
    says: /unable to locate package|no installation candidate|no match for argument|unable to find a match/i,
    why: 'no package source of the host has it',
    hint: 'give the host a package source that has it, or install it by hand, then run again',
  },
  {
    says: /could not resolve|temporary failure resolving|failed to (?:fetch|download)|no URLs in mirrorlist|cannot download/i,
    why: 'a package source of the host cannot be reached',
    hint: "look at the host's package sources, proxy and name resolution, then run again",
  },
  {
    says: /could not get lock|unable to acquire the dpkg|waiting for process with pid/i,
    why: 'another package manager is at work',
    hint: 'run again once it has ended',
  },
  {
    says: /NetworkManager is not running/i,
    why: 'NetworkManager does not run',
    hint: 'start it on the host (systemctl start NetworkManager; journalctl -u NetworkManager says why it ended), then run again',
  },
  {
    says: /permission denied|operation not permitted/i,
    why: 'the host does not allow it',
    hint: 'look for immutable files (lsattr) and denials of SELinux or AppArmor on the host',
  },
]

/** From what a step that ended with a failure printed. */
export function explainStepFailure(step: Step, section: Pick<Section, 'stdout' | 'stderr'>): StepFailure {
  const stderr = section.stderr.trim()
  const stdout = section.stdout.trim().split('\n')
  const kept = stdout.slice(-(stderr === '' ? STDOUT_LINES_ALONE : STDOUT_LINES))
  // The last words count most: apt warns of sources that it can do without before it says what it cannot.
  const known = KNOWN.find(({ says }) => says.test(stderr)) ?? KNOWN.find(({ says }) => says.test(kept.join('\n')))
  return {
    what: step.kind === 'run' ? shellJoin(plainCommand(step.argv)) : `${step.kind} ${step.path}`,
    why: known?.why ?? null,
    detail: `${stderr}\n${kept.join('\n')}`.trim(),
    hint: known?.hint ?? '',
  }
}

/** Without the surroundings that this tool gives a program: `env NAME=VALUE`, and options `-o NAME=VALUE`. */
function plainCommand(argv: readonly string[]): string[] {
  let from = 0
  if (argv[0] === 'env') from = 1 + argv.slice(1).findIndex((word) => !/^\w+=/.test(word))
  const words = argv.slice(from)
  return words.filter((_, i) => !isSetting(words, i) && !isSetting(words, i + 1))
}

function isSetting(words: readonly string[], i: number): boolean {
  return words[i - 1] === '-o' && /^[\w:]+=/.test(words[i] ?? '')
}
