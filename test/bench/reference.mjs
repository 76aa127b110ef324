// The yardstick: a bare ssh2 loop that sends the recorded commands and bytes, one connection a host, and waits for each.
// node reference.mjs RECORDED.json KEYFILE CONCURRENCY
import { readFileSync } from 'node:fs'
import process from 'node:process'
import pLimit from 'p-limit'
import ssh2 from 'ssh2'

const [recorded, keyFile, concurrency] = process.argv.slice(2)
const sent = JSON.parse(readFileSync(recorded, 'utf8'))
const key = ssh2.utils.parseKey(readFileSync(keyFile))
const limit = pLimit(Number(concurrency))

await Promise.all(sent.map((connection) => limit(() => replay(connection))))

async function replay({ host, username, execs }) {
  const client = new ssh2.Client()
  await new Promise((resolve, reject) => {
    client.on('ready', resolve).on('error', reject)
    client.connect({ host, username, authHandler: [{ type: 'publickey', username, key }], hostVerifier: () => true })
  })
  for (const { command, rc, writes } of execs) {
    const ended = await run(client, command, writes)
    if (ended !== rc) throw new Error(`${host}: ended with ${ended}, recorded was ${rc}`)
  }
  client.end()
}

/** Sends the first bytes at once, further ones when the host has printed what they were an answer to. */
function run(client, command, writes) {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error)
      const left = [...writes]
      let rc = null
      let output = ''
      channel.on('exit', (status) => (rc = status)).on('close', () => resolve(rc))
      channel.stderr.on('data', () => {})
      channel.on('data', (chunk) => {
        if (left.length === 0) return
        output += chunk.toString('latin1')
        if (output.includes(`\n${left[0].after}\n`)) sendNext()
      })
      const sendNext = () => {
        const bytes = Buffer.from(left.shift().base64, 'base64')
        if (left.length > 0) channel.write(bytes)
        else channel.end(bytes)
      }
      sendNext()
    })
  })
}
