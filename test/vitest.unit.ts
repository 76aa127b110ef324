import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    setupFiles: ['test/support/fast-check.ts'],
    include: ['test/**/*.test.ts'],
    // Property tests on a busy machine: a hang still ends, and nothing is timed.
    testTimeout: 60_000,
    exclude: ['test/lab/**', 'test/bench/**', '**/*.slow.test.ts'],
    maxWorkers: '100%',
  },
})
