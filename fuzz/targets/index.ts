import type { Target } from '../target.ts'
import { control } from './control.ts'
import { dynamodbBinary, dynamodbJson } from './dynamodb.ts'
import { frames } from './frames.ts'
import { hello } from './hello.ts'
import { jsonLines } from './json-lines.ts'
import { kpl } from './kpl.ts'
import { sessionOverFrames, sessionOverLines } from './session/sessions.ts'

/** Everything that is fuzzed. */
export const targets: readonly Target[] = [
  frames,
  jsonLines,
  hello,
  dynamodbBinary,
  dynamodbJson,
  kpl,
  control,
  sessionOverFrames,
  sessionOverLines,
]
