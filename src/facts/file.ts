import type { DocumentedFact } from './define.ts'
import { defineFact } from './define.ts'
import type { FileBlock } from './read/file-block.ts'
import { BLOCK_FUNCTION, blockCall, parseBlocks } from './read/file-block.ts'

/**
 * A file, or null where absent. Key of the fact: `file/PATH`. `mode` is octal text, for example `0644`; a symlink is
 * not followed, its content is its target; of a directory or device the content is empty.
 */
export type FileState = FileBlock | null

/** The fact of one file; `path` is absolute. */
export function fileFact(path: string): DocumentedFact<FileState> {
  return defineFact<FileState>({
    key: `file/${path}`,
    summary: `Content, mode and owner of ${path}.`,
    chained: true,
    probe: `${BLOCK_FUNCTION}\n${blockCall(path)}`,
    parse: ({ stdout }) => parseBlocks(stdout, [path])[0] ?? null,
    set: (_file, _path, value) => value as FileState,
    example: `@file 644 root root 0 0 9
c3lzdGVtLWEK
.
`,
  })
}
