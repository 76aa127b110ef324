#!/usr/bin/env node
// The executable, dist/main.js: runs the program from its one file and from what V8 made of that when it was built. Another
// version of Node does not take the latter and compiles the file anew, as it would without it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

const filename = PROGRAM
const url = new URL(filename, import.meta.url)
const cachedData = readFileSync(new URL(`${filename}.cache`, import.meta.url))
const program = new Script(readFileSync(url, 'latin1'), { filename, cachedData })
// Before V8 optimizes a function it should have run ten times as long as usual: reading an inventory is over by then.
setFlagsFromString('--interrupt-budget=660000')
program.runInThisContext()(createRequire(url), url.href)
