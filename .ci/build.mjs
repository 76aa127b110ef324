// Bundles src/main.ts and what it imports into dist. Loading some five hundred small modules costs half a second of CPU,
// a few large ones a tenth of that. Commands stay files of their own, and so does what only some of them need. Names of
// functions stay as they are, so that stacks can be read.
import { build } from 'esbuild'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'

process.chdir(resolve(import.meta.dirname, '..'))
const outdir = resolve('dist')
/** ms; files of earlier builds stay for so long, since programs that run meanwhile still load them. */
const KEEP = 24 * 60 * 60 * 1000

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
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Both bring files that are not JavaScript.
  external: ['ssh2', 'minijinja-js'],
  // Packages that are CommonJS call it.
  banner: {
    js: "import { createRequire as newRequire } from 'node:module'\nconst require = newRequire(import.meta.url)",
  },
  plugins: [onlyWhatIsUsed],
  metafile: true,
  write: false,
  logLevel: 'warning',
})

mkdirSync(join(outdir, 'chunks'), { recursive: true })
// The entry comes last and at once: whoever runs it meanwhile sees all of the old build or all of the new one.
const entry = outputFiles.find(({ path }) => path === join(outdir, 'main.js'))
for (const { path, contents } of outputFiles) if (path !== entry.path) writeFileSync(path, contents)
writeFileSync(join(outdir, 'LICENSES.txt'), licenses())
writeFileSync(`${entry.path}.new`, entry.contents)
chmodSync(`${entry.path}.new`, 0o755)
renameSync(`${entry.path}.new`, entry.path)

const current = new Set([...outputFiles.map(({ path }) => path), join(outdir, 'LICENSES.txt'), join(outdir, '.built')])
for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (entry.isFile() && !current.has(path) && Date.now() - statSync(path).mtimeMs > KEEP) rmSync(path)
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
