// A thread of its own, because an input that hangs holds the main one.
import { mkdirSync, writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const { shared, folder, hangMs } = workerData
const numbers = new Int32Array(shared, 0, 2)
const looksPerHang = 5
let target = ''
let count = 0
let stuck = 0

parentPort.on('message', name => {
  target = name
})
setInterval(() => {
  const now = Atomics.load(numbers, 0)
  stuck = now === count && now > 0 ? stuck + 1 : 0
  count = now
  if (stuck < looksPerHang) return
  mkdirSync(folder, { recursive: true })
  const file = `${folder}/${target}.hang-${count}.input`
  writeFileSync(file, new Uint8Array(shared, 8, numbers[1]))
  process.stderr.write(`✖ ${target}: an input takes more than ${hangMs} ms; it is in ${file}\n`)
  process.kill(process.pid, 'SIGKILL')
}, hangMs / looksPerHang)
