#!/usr/bin/env node
// The executable, dist/main.js: runs the program from its one file and from what V8 made of that when it was built. Another
// version of Node does not take the latter and compiles the file anew, as it would without it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const url = new URL(PROGRAM, import.meta.url)
const filename = fileURLToPath(url)
const program = new Script(readFileSync(filename, 'latin1'), {
  filename,
  cachedData: readFileSync(`${filename}.cache`),
})
program.runInThisContext()(createRequire(url), url.href)
