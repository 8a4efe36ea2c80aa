#!/usr/bin/env node
// Stands for `java`: joins tsmld's control channel to the harness, which answers as the daemon would. Of a stock daemon, which has no such channel, the harness is told the command that
// it would run for each shard.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

const args = process.argv.slice(2)
if (args[0] === '-version') {
  process.stderr.write('openjdk version "17.0.0"\n')
  process.exit()
}

const harness = connect(process.env['TSMLD_BENCH_CONTROL'] ?? '')
const tell = (report: object): void => {
  harness.write(`${JSON.stringify(report)}\n`)
}
harness.on('error', () => process.exit(1)).on('close', () => process.exit())
tell({ type: 'relay', pid: process.pid })

if (args.includes('io.tsmld.stock.Launcher')) {
  const [, executable = ''] = /^executableName[ =:]+(.*)$/m.exec(readFileSync(args.at(-1) ?? '', 'utf8')) ?? []
  tell({ type: 'stock', executable: executable.replaceAll(/\\(.)/g, '$1') })
  process.stderr.write('Initialization complete. Starting worker loop.\n')
  process.stdin.resume().on('end', () => process.exit())
} else {
  process.stdin.pipe(harness)
  harness.pipe(process.stdout)
}
