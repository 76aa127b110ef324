// A host's root file system: an overlay over the image, and the files that make it this host.
import { existsSync } from 'node:fs'
import { chmod, chown, lstat, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { release } from 'node:os'
import { makeKeyPair } from './credentials.ts'
import { INDEX_SCRIPT, LAB_USERS, POOL_FOLDER } from './image-recipe.ts'
import { renderConfiguration, renderProfile } from './keyfile.ts'
import type { HostLayout } from './layout.ts'
import { must, run, type RunResult } from './run.ts'

/** Where a host's files lie in the lab's folder. */
export function hostFolders(
  dir: string,
  host: string,
): { base: string; root: string; layers: string; console: string } {
  const base = join(dir, 'hosts', host)
  return { base, root: join(base, 'root'), layers: join(base, 'layers'), console: join(base, 'console.log') }
}

/** Mounts the overlay. With `disk`, all that the host may write lies on a tmpfs of that size. */
export async function mountRoot(dir: string, host: HostLayout, image: string): Promise<string> {
  const { root, layers } = hostFolders(dir, host.name)
  await mkdir(root, { recursive: true })
  await mkdir(layers, { recursive: true })
  const disk = host.spec.disk
  if (disk !== undefined) await mountTmpfs(layers, disk)
  if (!(await mountOverlay(root, layers, image)) && disk === undefined) {
    // The checkout lies on a file system that cannot be an upper layer (an overlay itself, say): write to memory.
    await mountTmpfs(layers, '50%')
    if (!(await mountOverlay(root, layers, image))) await must(overlayCommand(root, layers, image))
  }
  return root
}

async function mountTmpfs(folder: string, size: string): Promise<void> {
  await must(['mount', '-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', folder])
}

async function mountOverlay(root: string, layers: string, image: string): Promise<boolean> {
  await mkdir(join(layers, 'upper'), { recursive: true })
  await mkdir(join(layers, 'work'), { recursive: true })
  return (await run(overlayCommand(root, layers, image))).rc === 0
}

function overlayCommand(root: string, layers: string, image: string): string[] {
  const options = `lowerdir=${image},upperdir=${join(layers, 'upper')},workdir=${join(layers, 'work')}`
  return ['mount', '-t', 'overlay', '-o', options, 'overlay', root]
}

/** Writes what makes the image this host and returns its public host key. */
export async function furnishRoot(root: string, host: HostLayout, authorizedKey: string): Promise<string> {
  const hostKey = makeKeyPair(host.name)
  const put = (path: string, content: string | Buffer, mode?: number, owner?: number): Promise<void> =>
    putFile(root, path, content, mode, owner)
  await put('/etc/hostname', `${host.name}\n`)
  await put('/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${host.name}\n::1 localhost ip6-localhost ip6-loopback\n`)
  await put('/etc/machine-id', '')
  await put('/etc/resolv.conf', '')
  await put('/etc/ssh/ssh_host_ed25519_key', hostKey.privateKey, 0o600)
  await put('/etc/ssh/ssh_host_ed25519_key.pub', `${hostKey.publicKey}\n`)
  await put('/etc/NetworkManager/conf.d/lab.conf', renderConfiguration(host))
  for (const card of host.cards.filter((card) => card.managed)) {
    const file = `/etc/NetworkManager/system-connections/${card.name}.nmconnection`
    await put(file, renderProfile(host, card), 0o600)
  }
  if (existsSync('/proc/config.gz')) {
    await put(`/boot/config-${release()}`, gunzipSync(await readFile('/proc/config.gz')))
  }
  await changePackages(root, host)
  await addUsers(root, host, authorizedKey)
  for (const [path, file] of Object.entries(host.spec.files)) {
    const { content, mode } = typeof file === 'string' ? { content: file, mode: '644' } : file
    await put(path, content, Number.parseInt(mode, 8))
  }
  return hostKey.publicKey
}

async function changePackages(root: string, host: HostLayout): Promise<void> {
  const { absent, present } = host.spec.packages
  if (absent.length > 0) {
    const pool = join(root, POOL_FOLDER)
    for (const name of await readdir(pool)) {
      if (absent.some((unwanted) => name.startsWith(`${unwanted}_`))) await rm(join(pool, name))
    }
    await mustIn(root, ['sh', '-c', INDEX_SCRIPT])
    const found = await runIn(root, ['dpkg-query', '-W', '-f', '${binary:Package}\\n', ...absent])
    const installed = found.stdout.split('\n').filter((name) => name !== '')
    if (installed.length > 0) await mustIn(root, ['dpkg', '--purge', '--force-depends', ...installed])
  }
  if (present.length > 0) {
    await mustIn(root, ['apt-get', '-y', '-qq', '-o', 'APT::Sandbox::User=root', 'install', ...present])
  }
}

async function addUsers(root: string, host: HostLayout, authorizedKey: string): Promise<void> {
  for (const { name, password, sudo, shell } of host.spec.users) {
    await mustIn(root, ['useradd', '--create-home', '--gid', 'users', '--shell', shell ?? '/bin/bash', name])
    if (password !== undefined) await mustIn(root, ['chpasswd'], `${name}:${password}\n`)
    const rule = sudo === 'nopasswd' ? 'NOPASSWD: ALL' : 'ALL'
    if (sudo !== 'none') await putFile(root, `/etc/sudoers.d/lab-${name}`, `${name} ALL=(ALL:ALL) ${rule}\n`, 0o440)
  }
  const ours = new Set(['root', LAB_USERS.withPassword, LAB_USERS.withoutPassword])
  const accounts = (await readFile(join(root, 'etc/passwd'), 'utf8')).split('\n').map((line) => line.split(':'))
  for (const account of accounts) {
    const [name = '', , uid = ''] = account
    if (host.spec.loginShell !== undefined && ours.has(name)) account[6] = `/bin/${host.spec.loginShell}`
    if (!ours.has(name) && !host.spec.users.some((user) => user.name === name)) continue
    await putFile(root, `${account[5]}/.ssh/authorized_keys`, `${authorizedKey}\n`, 0o600, Number(uid))
  }
  if (host.spec.loginShell !== undefined) {
    await putFile(root, '/etc/passwd', accounts.map((account) => account.join(':')).join('\n'))
  }
}

/** This machine's TMPDIR is no folder of the host's. */
const HOST_ENV = { TMPDIR: undefined, DEBIAN_FRONTEND: 'noninteractive' }

function runIn(root: string, argv: readonly string[]): Promise<RunResult> {
  return run(['chroot', root, ...argv], { env: HOST_ENV })
}

function mustIn(root: string, argv: readonly string[], input = ''): Promise<string> {
  return must(['chroot', root, ...argv], { env: HOST_ENV, input })
}

/** Writes a file on the host; folders that it needs are made, a link in its place is replaced. */
async function putFile(
  root: string,
  path: string,
  content: string | Buffer,
  mode = 0o644,
  owner: number | null = null,
): Promise<void> {
  const file = join(root, path)
  const folder = dirname(file)
  if (!existsSync(folder)) {
    await mkdir(folder, { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 })
    if (owner !== null) await chown(folder, owner, 0)
  }
  if ((await lstat(file).catch(() => null))?.isSymbolicLink() === true) await rm(file)
  await writeFile(file, content)
  await chmod(file, mode)
  if (owner !== null) await chown(file, owner, 0)
}
