// Makes src/report/html/assets.ts of the style sheet and the script of HTML reports: texts in a module, so that the program
// runs the same from its sources, in tests and as a bundle. `npm run build` does it; a test proves that it is fresh.
import { build } from 'esbuild'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'

const root = resolve(import.meta.dirname, '..')
const html = join(root, 'src/report/html')
const ASSETS = join(html, 'assets.ts')

/** What the module is to hold. */
export async function assets() {
  const { outputFiles } = await build({
    entryPoints: { script: join(html, 'client/main.ts'), style: join(html, 'style.css') },
    outdir: 'out',
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
    charset: 'ascii',
    legalComments: 'none',
    // Our modules do nothing when they are loaded: those of which only types or nothing is used stay out.
    plugins: [{ name: 'only-what-is-used', setup: withoutSideEffects }],
    write: false,
    logLevel: 'warning',
  })
  const text = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim()
  // A tab is a control character, which no report has: in a text it means the same escaped.
  const [script, style] = [text('.js').replaceAll('\t', String.raw`\t`), text('.css')]
  if (/<\/(?:script|style)|<!--/i.test(script + style))
    throw new Error('the page would end in the middle of its script')
  return `/** Made of client/ and style.css by .ci/page.mjs; not edited by hand. */\nexport const SCRIPT =\n  ${quoted(script)}\nexport const STYLE =\n  ${quoted(style)}\n`
}

function withoutSideEffects({ onResolve, resolve: find }) {
  onResolve({ filter: /^\./ }, async ({ path, pluginData, ...options }) => {
    if (pluginData === 'found' || options.kind === 'entry-point') return null
    return { ...(await find(path, { ...options, pluginData: 'found' })), sideEffects: false }
  })
}

function quoted(text) {
  return JSON.stringify(text)
}

if (process.argv[1] === import.meta.filename) {
  const wanted = await assets()
  const there = existsSync(ASSETS) ? readFileSync(ASSETS, 'utf8') : ''
  if (there !== wanted) writeFileSync(ASSETS, wanted)
}
