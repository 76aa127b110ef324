import { labTests } from './vitest.lab.ts'

/** On labs and without: what takes long, so that `npm test` stays quick. */
export default labTests(['test/**/*.slow.test.ts'])
