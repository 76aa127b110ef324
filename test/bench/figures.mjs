// Loaded before each measured program: when that ends, its own CPU time and peak memory go to $BENCH_FIGURES.
import { writeFileSync } from 'node:fs'
import process from 'node:process'

process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const figures = { cpuMs: (user + system) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024 }
  writeFileSync(process.env.BENCH_FIGURES, JSON.stringify(figures))
})
