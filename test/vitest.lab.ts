import { defineConfig } from 'vitest/config'

/** Lab tests of a kind: `npm test` has the ones that are quick enough, `npm run test:slow` the others. */
export const labTests = (include: string[], exclude: string[] = []) =>
  defineConfig({
    test: {
      root: new URL('..', import.meta.url).pathname,
      setupFiles: ['test/support/fast-check.ts'],
      include,
      exclude,
      testTimeout: 120_000,
      hookTimeout: 240_000,
      // What a browser comes to show: a hang still ends, and nothing is timed.
      expect: { poll: { timeout: 60_000 } },
      // Labs do not meet, and most of their time is waiting.
      maxWorkers: 3,
    },
  })

export default labTests(['test/lab/**/*.test.ts'], ['**/*.slow.test.ts'])
