// Runs test files in lanes that go side by side, and reports them as one run: `node … scripts/test-lanes.mjs LANES`, where LANES is JSON, a list of options of node:test's run().
// The first lane is reported while it runs, the others after it. `node --test` has one lane, and sorts its files.
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { Summaries } from './test-summaries.mjs'

const start = performance.now()
const lanes = JSON.parse(process.argv[2])
const reporter = new spec()
reporter.pipe(process.stdout)
const summaries = new Summaries()
const streams = lanes.map(lane => run(lane))
const [first, ...others] = streams.map((stream, lane) => {
  const later = lane === 0 ? null : []
  const tell = event => {
    if (event.type === 'test:fail') process.exitCode = 1
    if (summaries.take(event)) return
    if (later === null) reporter.write(event)
    else later.push(event)
  }
  stream.on('data', tell)
  return new Promise((resolve, reject) => {
    stream.on('end', () => resolve(later))
    stream.on('error', reject)
  })
})
await first
for (const events of await Promise.all(others)) for (const event of events) reporter.write(event)
for (const event of summaries.events(performance.now() - start)) reporter.write(event)
if (summaries.runs !== lanes.length) process.exitCode = 1
reporter.end()
