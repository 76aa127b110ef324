#!/usr/bin/env node
// The executable, dist/main.js: runs the program from its one file and from what V8 made of that when it was built. Another
// version of Node does not take the latter and compiles the file anew, as it would without it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

const filename = PROGRAM
/** V8's own default. */
const OPTIMIZE = 67_584
/** Ms. */
const START_UP = 5000
const url = new URL(filename, import.meta.url)
const cachedData = readFileSync(new URL(`${filename}.cache`, import.meta.url))
const program = new Script(readFileSync(url, 'latin1'), { filename, cachedData })
// Until a run is well under way V8 does not optimize: a short one is over before that pays.
setFlagsFromString('--interrupt-budget=660000')
setTimeout(() => setFlagsFromString(`--interrupt-budget=${OPTIMIZE}`), START_UP).unref()
program.runInThisContext()(createRequire(url), url.href)
