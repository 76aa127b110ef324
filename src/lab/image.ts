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

/** Folder of all images, below XDG_CACHE_HOME. */
export function imageCache(): string {
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
  const fresh = `${image}.new-${process.pid}`
  onProgress?.('building the image of the hosts, once (about a minute)')
  const started = Date.now()
  // In namespaces of its own that die with us: a killed build leaves neither a process nor a mount.
  const result = await run(
    ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'].concat(
      'mmdebstrap',
      '--mode=root',
      ...MMDEBSTRAP_ARGS,
      fresh,
    ),
    { signal },
  ).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true })
    throw error
  })
  if (result.rc !== 0) {
    await rm(fresh, { recursive: true, force: true })
    throw labError('lab-image-failed', `mmdebstrap ended with ${result.rc}; no image of the hosts`, {
      detail: result.stderr.trim().split('\n').slice(-20).join('\n'),
      hint: 'check that this machine reaches its Debian mirror, then run the command again',
    })
  }
  await rename(fresh, image)
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
