// temporary entry: npx tsx src/lab/dev.ts up|down|exec HOST CMD|reboot HOST  [DIR in LAB_DIR, topology in LAB_TOPOLOGY]
import { DiagnosticsError } from '../model/diagnostic.ts'
import { labDown } from './down.ts'
import { labFolder, labUp, loadLab } from './up.ts'

const topology = process.env['LAB_TOPOLOGY'] ?? 'pair'
const dir = process.env['LAB_DIR'] ?? labFolder(topology)
const [verb, host = '', ...rest] = process.argv.slice(2)
try {
  if (verb === 'up') {
    const lab = await labUp({ topology, dir, onProgress: console.log })
    console.log(lab.inventoryFile)
  } else if (verb === 'down') await labDown(dir)
  else if (verb === 'reboot') await (await loadLab(dir)).reboot(host)
  else if (verb === 'exec') {
    const result = await (await loadLab(dir)).exec(host, rest.length === 1 ? rest[0]! : rest)
    process.stdout.write(result.stdout)
    process.stderr.write(result.stderr)
    process.exitCode = result.rc
  }
} catch (error) {
  console.error(error instanceof DiagnosticsError ? JSON.stringify(error.diagnostics, null, 2) : error)
  process.exitCode = 1
}
