// Loaded before the measured program: keeps what it sends over each SSH connection, and writes that and the process's own
// CPU time and peak memory to $BENCH_OUT when it ends. Keeping references costs next to nothing.
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
ssh2.Client.prototype.exec = function record(command, options, callback) {
  const done = typeof options === 'function' ? options : callback
  const chunks = []
  this.benchExecs?.push({ command, chunks })
  const recorded = (error, channel) => {
    if (channel !== undefined) {
      const write = channel.write
      channel.write = function keep(chunk, ...rest) {
        chunks.push(chunk)
        return write.call(this, chunk, ...rest)
      }
    }
    done(error, channel)
  }
  return typeof options === 'function'
    ? exec.call(this, command, recorded)
    : exec.call(this, command, options, recorded)
}

process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const sent = connections.map(({ host, username, execs }) => ({
    host,
    username,
    execs: execs.map(({ command, chunks }) => ({
      command,
      stdin: Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))).toString('base64'),
    })),
  }))
  const result = { cpuMs: (user + system) / 1000, peakMiB: process.resourceUsage().maxRSS / 1024, sent }
  writeFileSync(process.env.BENCH_OUT, JSON.stringify(result))
})
