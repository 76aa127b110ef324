// The yardstick: a bare ssh2 loop that sends the recorded commands and bytes, one connection a host, and waits for each.
// node reference.mjs RECORDED.json KEYFILE CONCURRENCY; writes its own figures to $BENCH_OUT.
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import pLimit from 'p-limit'
import ssh2 from 'ssh2'

const [recorded, keyFile, concurrency] = process.argv.slice(2)
const { sent } = JSON.parse(readFileSync(recorded, 'utf8'))
const key = ssh2.utils.parseKey(readFileSync(keyFile))
const limit = pLimit(Number(concurrency))

const began = performance.now()
await Promise.all(sent.map((connection) => limit(() => replay(connection))))
const wallMs = performance.now() - began
const { user, system } = process.cpuUsage()
writeFileSync(
  process.env.BENCH_OUT,
  JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024 }),
)

async function replay({ host, username, execs }) {
  const client = new ssh2.Client()
  await new Promise((resolve, reject) => {
    client.on('ready', resolve).on('error', reject)
    client.connect({ host, username, authHandler: [{ type: 'publickey', username, key }], hostVerifier: () => true })
  })
  for (const { command, stdin } of execs) {
    await new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error)
        channel.on('data', () => {}).on('close', resolve)
        channel.stderr.on('data', () => {})
        channel.end(Buffer.from(stdin, 'base64'))
      })
    })
  }
  client.end()
}
