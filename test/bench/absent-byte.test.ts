import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readEveryByte } from '../../bench/consumers/absent-byte.ts'

test('the driver leaves the byte out that every consumer looks for', () => {
  const absent = (file: string, pattern: RegExp): string | undefined =>
    pattern.exec(readFileSync(`bench/${file}`, 'utf8'))?.[1]
  const here = absent('consumers/absent-byte.ts', /absentByte = 0x(\w+)/)
  assert.equal(absent('driver/io/tsmld/bench/Payloads.java', /ABSENT = \(byte\) 0x(\w+)/), here)
  assert.equal(absent('consumers/bench_erlmld.erl', /ABSENT, <<16#(\w+)>>/), here)
})

test('a payload with it was changed on its way', () => {
  readEveryByte(Buffer.of(0, 1, 254))
  assert.throws(() => readEveryByte(Buffer.of(0, 255, 1)), /changed/)
})
