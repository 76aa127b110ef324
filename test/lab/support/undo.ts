/** Takes a kept run back on the lab, by the command that users have. */
import { reported } from './cli.ts'

/** Throws where any host's way back did not come to its end. */
export async function undoRun(folder: string, runId: string, inventoryFile: string): Promise<void> {
  const { code, report, stdout, stderr } = await reported(folder, ['rollback', runId, '-i', inventoryFile, '--yes'])
  const wrong = report.hosts.filter(({ status }) => status !== 'changed' && status !== 'ok')
  if (code !== 0 || wrong.length > 0) throw new Error(`rollback ended with ${code}\n${stdout}\n${stderr}`)
}
