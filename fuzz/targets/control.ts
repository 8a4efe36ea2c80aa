import { parseReport } from '../../packages/tsmld/src/daemon/control-channel.ts'
import { ProtocolError } from '../../packages/tsmld/src/errors.ts'
import { changeJson } from '../mutate/json.ts'
import { plainBytes } from '../mutate/structure.ts'
import type { Target } from '../target.ts'

const reports = [
  { type: 'ready', version: 1, pid: 7, java: '17.0.9', kcl: '3.1.3' },
  { type: 'streamStarted', stream: 'clicks-cache' },
  { type: 'streamFailed', stream: 'clicks-cache', error: 'NoSuchStream', message: 'no' },
  { type: 'streamStopped', stream: 'clicks-cache', drained: true },
  { type: 'shardGivenUp', stream: 'clicks-cache', shardId: 'shardId-000000000000', reason: 'its session failed' },
  { type: 'exit', code: 0, reason: 'stopped' },
]

/** What the embedded daemon says on its stdout. */
export const control: Target = {
  name: 'control',
  weight: 2,
  seeds: () => reports.map(report => Buffer.from(JSON.stringify(report))),
  structure: { ...plainBytes, changeUnit: changeJson },
  run: input => {
    try {
      parseReport(input.toString('utf8'))
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
    }
  },
}
