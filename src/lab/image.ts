// The hosts' root file system: built once by mmdebstrap, kept in the cache, the lower layer of every host's overlay.
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { labError } from './fail.ts'
import { IMAGE_KEY, MMDEBSTRAP_ARGS } from './image-recipe.ts'
import { isAlive, processStamp } from './process.ts'
import { run, sleep } from './run.ts'

export interface ImageOptions {
  onProgress?: ((line: string) => void) | undefined
  signal?: AbortSignal | undefined
}

/** Namespaces of its own that end with this process: a killed build leaves neither a process nor a mount. */
const DYING_WITH_US = [
  'setpriv',
  '--pdeathsig',
  'KILL',
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
]

/** Folder of all images, below XDG_CACHE_HOME. */
function imageCache(): string {
  const base = process.env['XDG_CACHE_HOME']
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'mptcp-fleet', 'images')
}

/** Path of the image's root folder; builds it where the cache lacks it. Two runs at once build it once. */
export async function ensureImage(options: ImageOptions = {}): Promise<string> {
  const cache = imageCache()
  const image = join(cache, IMAGE_KEY)
  if (existsSync(image)) return image
  await mkdir(cache, { recursive: true })
  const release = await lock(join(cache, `${IMAGE_KEY}.lock`), options)
  try {
    if (!existsSync(image)) await build(cache, image, options)
  } finally {
    await release()
  }
  return image
}

async function build(cache: string, image: string, { onProgress, signal }: ImageOptions): Promise<void> {
  for (const left of await readdir(cache)) {
    if (left.startsWith(`${IMAGE_KEY}.new-`)) await rm(join(cache, left), { recursive: true, force: true })
  }
  const work = `${image}.new-${process.pid}`
  const [fresh, temporary] = [join(work, 'root'), join(work, 'tmp')]
  await mkdir(temporary, { recursive: true })
  onProgress?.('building the image of the hosts, once (about a minute)')
  const started = Date.now()
  try {
    const result = await run([...DYING_WITH_US, 'mmdebstrap', '--mode=root', ...MMDEBSTRAP_ARGS, fresh], {
      signal,
      // A killed build leaves its temporary files: here the next build finds them.
      env: { TMPDIR: temporary },
    })
    if (result.rc !== 0) {
      throw labError('lab-image-failed', `mmdebstrap ended with ${result.rc}; no image of the hosts`, {
        detail: result.stderr.trim().split('\n').slice(-20).join('\n'),
        hint: 'check that this machine reaches its Debian mirror, then run the command again',
      })
    }
    await rename(fresh, image)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  onProgress?.(`image ready after ${Math.round((Date.now() - started) / 1000)} s`)
}

async function lock(file: string, { onProgress, signal }: ImageOptions): Promise<() => Promise<void>> {
  for (let told = false; ;) {
    try {
      await writeFile(file, await processStamp(process.pid), { flag: 'wx' })
      return () => rm(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = await readFile(file, 'utf8').catch(() => '')
    // An empty file is one whose writer is between opening and writing it.
    if (holder !== '' && !(await isAlive(holder))) await rm(file, { force: true })
    else if (!told) onProgress?.('another run is building the image, waiting for it')
    told = true
    await sleep(200, signal)
  }
}
