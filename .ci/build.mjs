// Bundles src/main.ts and all that it imports into one file of dist, and compiles that ahead. Loading and compiling some six
// hundred small modules at every start costs half a second of CPU. What a command does not use is not run, names of
// functions stay as they are, so that stacks can be read.
import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

process.chdir(resolve(import.meta.dirname, '..'))

/** yargs does not say that its modules do nothing when they are loaded; only its parser is used, none of its output. */
const onlyWhatIsUsed = {
  name: 'only-what-is-used',
  setup: ({ onResolve, resolve: find }) =>
    onResolve({ filter: /./ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === 'found' || !options.importer.includes('/node_modules/yargs/')) return null
      return { ...(await find(path, { ...options, pluginData: 'found' })), sideEffects: false }
    }),
}

const { outputFiles, metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  // The first two bring files that are not JavaScript; the others are loaded where they are installed.
  external: ['ssh2', 'minijinja-js', 'oci-common', 'oci-core', 'oci-identity'],
  // A function, called in start.mjs, in ASCII, which is read without decoding.
  banner: { js: `(function (require, moduleUrl) { 'use strict';` },
  footer: { js: '})' },
  charset: 'ascii',
  legalComments: 'none',
  define: { 'import.meta.url': 'moduleUrl' },
  // Also for modules of Node: a script that is compiled ahead cannot import.
  supported: { 'dynamic-import': false },
  plugins: [onlyWhatIsUsed],
  metafile: true,
  write: false,
  logLevel: 'warning',
})

// What is left of other characters stands in comments.
const source = outputFiles[0].text.replaceAll(/[^\0-\x7f]/g, '?')
const name = `mptcp-fleet-${createHash('sha256').update(source).digest('hex').slice(0, 12)}.cjs`
mkdirSync('dist', { recursive: true })
const before = existsSync('dist/main.js') ? readFileSync('dist/main.js', 'utf8') : ''
place(name, source)
place(`${name}.cache`, compiled(source, name))
place('LICENSES.txt', licenses())
// Last: whoever starts it meanwhile gets all of the old build or all of the new one.
place('main.js', readFileSync('.ci/start.mjs', 'utf8').replace('PROGRAM', `'${name}'`), 0o755)

// The build before this one stays for programs that are just starting from it, as does what another build is writing.
const kept = new Set([name, `${name}.cache`, 'LICENSES.txt', 'main.js', '.built'])
for (const file of readdirSync('dist')) {
  const path = join('dist', file)
  const isOld = Date.now() - statSync(path).mtimeMs > 60_000
  if (isOld && !kept.has(file) && !before.includes(basename(file, '.cache'))) rmSync(path, { recursive: true })
}

function place(file, content, mode = 0o644) {
  const fresh = join('dist', `.${file}.${process.pid}`)
  writeFileSync(fresh, content, { mode })
  renameSync(fresh, join('dist', file))
}

/** What V8 makes of every function of the program, to be taken by the same version of it. Stacks show the name. */
function compiled(source, filename) {
  setFlagsFromString('--no-lazy')
  const script = new Script(source, { filename })
  setFlagsFromString('--lazy')
  return script.createCachedData()
}

/** The licences of the packages whose code is in the bundle. */
function licenses() {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs))
  const folders = new Set(inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []))
  const blocks = [...folders].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file === undefined ? license : readFileSync(join(folder, file), 'utf8').trim()
    return `${name} ${version}\n\n${text}\n`
  })
  return blocks.join(`\n${'-'.repeat(80)}\n\n`)
}
