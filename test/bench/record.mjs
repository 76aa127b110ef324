// Loaded before the program in a run that is not measured: keeps what it sends over each SSH connection, and writes that to
// $BENCH_RECORDED when it ends.
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import ssh2 from 'ssh2'

const connections = []
const connect = ssh2.Client.prototype.connect
ssh2.Client.prototype.connect = function record(config) {
  this.benchExecs = []
  connections.push({
    host: config.host ?? config.sock?.remoteAddress,
    username: config.username,
    execs: this.benchExecs,
  })
  return connect.call(this, config)
}
const exec = ssh2.Client.prototype.exec
ssh2.Client.prototype.exec = function record(command, ...options) {
  const done = options.pop()
  const kept = { command, rc: null, writes: [] }
  this.benchExecs?.push(kept)
  return exec.call(this, command, ...options, (error, channel) => {
    if (channel !== undefined) recordChannel(channel, kept)
    done(error, channel)
  })
}

/** Each write with the last line that the host had printed by then: a dialogue has to wait for it. */
function recordChannel(channel, kept) {
  let line = ''
  let rest = ''
  const write = channel.write
  channel.write = function keep(chunk, ...more) {
    kept.writes.push({ after: line, bytes: Buffer.from(chunk) })
    return write.call(this, chunk, ...more)
  }
  channel.on('exit', (rc) => (kept.rc = rc))
  channel.on('data', (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop()
    line = lines.findLast((text) => text !== '') ?? line
  })
}

process.on('exit', () => {
  const sent = connections.map(({ host, username, execs }) => ({
    host,
    username,
    execs: execs.map(({ command, rc, writes }) => ({ command, rc, writes: joined(writes) })),
  }))
  writeFileSync(process.env.BENCH_RECORDED, JSON.stringify(sent))
})

/** What followed the same line goes out at once. */
function joined(writes) {
  const groups = []
  for (const { after, bytes } of writes) {
    if (groups.at(-1)?.after === after) groups.at(-1).parts.push(bytes)
    else groups.push({ after, parts: [bytes] })
  }
  return groups.map(({ after, parts }) => ({ after, base64: Buffer.concat(parts).toString('base64') }))
}
