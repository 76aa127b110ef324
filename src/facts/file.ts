/** A file, or null where absent. Key of the fact: `file/PATH`. */
export type FileState = {
  kind: 'file' | 'symlink' | 'other'
  content: string
  /** Octal text, for example `0644`. */
  mode: string
  owner: string
  group: string
} | null
