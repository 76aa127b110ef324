import { labTests } from './vitest.lab.ts'

export default labTests(['test/lab/**/*.slow.test.ts'])
