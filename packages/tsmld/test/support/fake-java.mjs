#!/usr/bin/env node
// Stands for `java` in tests: answers `-version`, else plays the embedded daemon, or a stock one, as FAKE_JAVA says: modes separated by commas, the nth for the nth run, the last for all others.
// FAKE_JAVA_DIR is where it notes what it saw, one JSON object a line.
import { appendFileSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const args = process.argv.slice(2)
if (args[0] === '-version') {
  process.stderr.write('openjdk version "17.0.9" 2023-10-17\n')
  process.exit(0)
}

const notes = `${process.env.FAKE_JAVA_DIR}/notes.jsonl`
const note = fields => appendFileSync(notes, `${JSON.stringify({ pid: process.pid, at: Date.now(), ...fields })}\n`)
note({ kind: 'run', args, env: Object.entries(process.env).map(([name, value]) => `${name}=${value}`) })
const runs = readFileSync(notes, 'utf8')
  .split('\n')
  .filter(line => line.includes('"kind":"run"')).length
const modes = (process.env.FAKE_JAVA ?? 'well').split(',')
const mode = modes[Math.min(runs, modes.length) - 1]

const log = text => process.stderr.write(`${text}\n`)
const exit = (code, why) => {
  note({ kind: 'exit', code, why })
  process.exit(code)
}

const itemChange = Buffer.from(
  JSON.stringify({
    eventID: '1',
    eventName: 'INSERT',
    dynamodb: {
      ApproximateCreationDateTime: 1,
      Keys: { id: { S: 'a' } },
      SequenceNumber: '77',
      SizeBytes: 3,
      StreamViewType: 'KEYS_ONLY',
    },
  }),
).toString('base64')

if (args.includes('io.tsmld.stock.Launcher')) stock()
else embedded()

function stock() {
  process.on('SIGTERM', () => {
    if (mode !== 'mute') setTimeout(() => exit(143, 'drained'), 20)
  })
  log(
    '2026-11-23T18:00:00.000Z INFO [main] software.amazon.kinesis.coordinator.Scheduler: Initialization complete. Starting worker loop.',
  )
  const properties = readFileSync(args.at(-1), 'utf8')
  note({ kind: 'properties', properties })
  if (mode === 'exitLater') setTimeout(() => exit(1, 'by itself'), 50)
  const [, path] = /UNIX-CONNECT\\?:(\S+)/.exec(properties) ?? []
  if (mode === 'shard' && path !== undefined) {
    const socket = connect(path)
    const send = message => socket.write(`${JSON.stringify(message)}\n`)
    send({
      action: 'initialize',
      shardId: 'shardId-000000000000',
      sequenceNumber: 'TRIM_HORIZON',
      subSequenceNumber: 0,
    })
    createInterface({ input: socket }).on('line', line => {
      note({ kind: 'heard', message: JSON.parse(line) })
      if (line.includes('"initialize"'))
        send({
          action: 'processRecords',
          records: [
            {
              action: 'record',
              data: itemChange,
              partitionKey: null,
              sequenceNumber: '77',
              subSequenceNumber: 0,
              approximateArrivalTimestamp: 1,
            },
          ],
          millisBehindLatest: null,
        })
      if (line.includes('"checkpoint"')) send({ ...JSON.parse(line), error: null })
    })
    socket.on('close', () => note({ kind: 'closed' }))
  }
  process.stdin.resume().on('end', () => exit(1, 'stdin ended'))
}

function embedded() {
  const say = (type, fields) => process.stdout.write(`${JSON.stringify({ type, ...fields })}\n`)
  let token
  let listeners = []
  const shards = []
  const orders = {
    start(order) {
      token = order.token
      if (mode === 'exitAtOnce') {
        log('2026-11-23T18:00:00.000Z ERROR [main] io.tsmld.daemon.Main: no credentials')
        return exit(1, 'at once')
      }
      if (mode === 'silent') return
      log('2026-11-23T18:00:00.000Z WARN [main] io.tsmld.daemon.Main: a warning')
      log('java.lang.IllegalStateException: as an example')
      say('ready', { version: mode === 'wrongVersion' ? 2 : 1, pid: process.pid, java: '17.0.9', kcl: '3.1.3' })
    },
    listeners(order) {
      listeners = order.listeners
    },
    startStream({ stream: { name } }) {
      if (mode === 'streamFailed') {
        return say('streamFailed', {
          stream: name,
          error: 'ResourceNotFoundException',
          message: 'Stream clicks not found',
        })
      }
      if (mode === 'slowStart') return
      say('streamStarted', { stream: name })
      if (mode === 'failLater')
        setTimeout(() => say('streamFailed', { stream: name, error: 'IllegalStateException', message: 'it ended' }), 20)
      if (mode === 'exitLater') {
        setTimeout(() => {
          say('exit', { code: 1, reason: 'a fault of the daemon' })
          exit(1, 'later')
        }, 30)
      }
      if (mode === 'garbage') setTimeout(() => process.stdout.write('Exception in thread "main"\n'), 20)
      if (mode === 'shard' || mode === 'hangingShard') shards.push(playShard(name, token, listeners))
    },
    stopStream({ stream }) {
      setTimeout(() => say('streamStopped', { stream, drained: true }), 20)
    },
    async stop() {
      if (mode === 'mute') return
      if (mode === 'faultAtStop') {
        say('exit', { code: 1, reason: 'a fault of the daemon' })
        return exit(1, 'a fault')
      }
      if (mode === 'notDrained') {
        say('exit', { code: 3, reason: 'the deadline passed' })
        return exit(3, 'not drained')
      }
      await Promise.all(shards.map(shard => shard.drain()))
      say('exit', { code: 0, reason: 'stopped' })
      exit(0, 'stopped')
    },
    ping() {},
  }
  createInterface({ input: process.stdin })
    .on('line', line => {
      const order = JSON.parse(line)
      note({ kind: 'order', order })
      void orders[order.type](order)
    })
    .on('close', () => {
      if (mode !== 'mute') exit(4, 'stdin ended')
    })
}

/** One leased shard: initialize, one batch of one record, then what is asked of it. */
function playShard(stream, token, listeners) {
  const frame = (kind, payload) => {
    const header = Buffer.alloc(5)
    header.writeUInt32BE(payload.length, 0)
    header.writeUInt8(kind, 4)
    return Buffer.concat([header, payload])
  }
  const json = (kind, value) => frame(kind, Buffer.from(JSON.stringify(value)))
  const shardId = 'shardId-000000000000'
  const { path, host, port } = listeners.find(listener => listener.stream === stream)
  const socket = path === undefined ? connect(port, host) : connect(path)
  socket.write(Buffer.from('TSMLDFR\x01', 'latin1'))
  socket.write(json(1, { token, stream, shardId, leaseId: `lease-${process.pid}`, recordFormat: 'kinesis' }))
  socket.write(json(2, { action: 'initialize', shardId, sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 }))
  let drained
  let handled
  const idle = new Promise(resolve => {
    handled = resolve
  })
  let rest = Buffer.alloc(0)
  const answer = message => {
    note({ kind: 'heard', message })
    if (message.action === 'checkpoint') socket.write(json(2, { ...message, error: null }))
    if (message.responseFor === 'initialize') for (const part of oneRecord()) socket.write(frame(...part))
    if (message.responseFor === 'processRecords') handled()
    if (message.responseFor === 'shutdownRequested') drained()
  }
  socket.on('error', () => {})
  socket.on('data', chunk => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(0)) {
      const end = 5 + rest.readUInt32BE(0)
      const message = JSON.parse(rest.toString('utf8', 5, end))
      rest = rest.subarray(end)
      answer(message)
    }
  })
  socket.on('close', () => note({ kind: 'closed' }))
  return {
    async drain() {
      await idle
      socket.write(json(2, { action: 'shutdownRequested' }))
      return new Promise(resolve => (drained = resolve))
    },
  }
}

function oneRecord() {
  const record = Buffer.concat([Buffer.alloc(26), Buffer.from('77'), Buffer.from('data')])
  record.writeUInt32BE(record.length - 4, 0)
  record.writeUInt8(2, 6)
  const counts = Buffer.alloc(12)
  counts.writeUInt32BE(1, 0)
  counts.writeBigUInt64BE(BigInt(record.length), 4)
  return [
    [3, Buffer.concat([counts, Buffer.alloc(9)])],
    [4, record],
    [6, counts],
  ]
}
