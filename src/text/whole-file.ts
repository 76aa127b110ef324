/** Reads files whole, but none that would keep us waiting or has no end. Pure: callers bring the file system. */

/** What it takes of node:fs. */
export interface FileSystem {
  statSync: (path: string, options: { throwIfNoEntry: false }) => FileKind | undefined
  openSync: (path: string, flags: number) => number
  fstatSync: (file: number) => { isFile: () => boolean; size: number }
  readFileSync: (file: number) => Buffer
  readSync: (file: number, into: Buffer, at: number, length: number, position: null) => number
  closeSync: (file: number) => void
  constants: { O_RDONLY: number; O_NONBLOCK: number }
}

interface FileKind {
  isFIFO: () => boolean
  isCharacterDevice: () => boolean
  rdev: number
}

/** Bytes of one file: an inventory of a million hosts has less. */
const MOST_BYTES = 256 * 1024 * 1024

/** What a shell hands over: `<(…)`, or stdin. */
const HANDED_OVER = /^\/(?:dev|proc\/(?:self|\d+))\/(?:fd\/\d+|stdin)$/

/** Major number of /dev/null, /dev/zero and their like, which answer at once. Source: Linux, admin-guide/devices.txt. */
const MEMORY = 1

/** `most`: bytes that are read at most. Throws as the file system does, EPIPE, ENOTTY and EFBIG among its codes. */
export function wholeFileReader(fs: FileSystem): (path: string, most?: number) => Buffer {
  return (path, most = MOST_BYTES) => {
    refuseWaiting(fs, path)
    const { O_RDONLY, O_NONBLOCK } = fs.constants
    // Some of the kernel's files (/proc/kmsg) wait until there is something to tell; then EAGAIN is thrown.
    const file = fs.openSync(path, HANDED_OVER.test(path) ? O_RDONLY : O_RDONLY | O_NONBLOCK)
    try {
      const state = fs.fstatSync(file)
      // The kernel's own say that they are empty, whatever comes.
      if (state.isFile() && state.size > 0 && state.size <= most) return fs.readFileSync(file)
      return readUpTo(fs, file, most)
    } finally {
      fs.closeSync(file)
    }
  }
}

/** A named pipe waits until somebody writes into it, a terminal until somebody types. */
function refuseWaiting(fs: FileSystem, path: string): void {
  const kind = HANDED_OVER.test(path) ? undefined : fs.statSync(path, { throwIfNoEntry: false })
  if (kind?.isFIFO() === true) throw failure('EPIPE', 'it is a named pipe')
  // Bits 8 to 19 of the number are its major part.
  if (kind?.isCharacterDevice() === true && ((kind.rdev >> 8) & 0xfff) !== MEMORY)
    throw failure('ENOTTY', 'it is a device')
}

function readUpTo(fs: FileSystem, file: number, most: number): Buffer {
  const chunks: Buffer[] = []
  for (let total = 0; total <= most;) {
    const chunk = Buffer.alloc(Math.min(most + 1, 1024 * 1024))
    const count = fs.readSync(file, chunk, 0, chunk.length, null)
    if (count === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, count))
    total += count
  }
  throw failure('EFBIG', `it is longer than ${most / 1024} KiB`)
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
