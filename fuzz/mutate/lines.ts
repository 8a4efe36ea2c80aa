import type { Random } from '../engine/random.ts'
import { changeJson } from './json.ts'
import { plainBytes, type Structure } from './structure.ts'

const lineFeed = 0x0a

const tokens = [
  '\n',
  '\r\n',
  ' \n',
  '{"action":"processRecords","records":[',
  '],"millisBehindLatest":0}\n',
  '{"action":"leaseLost"}\n',
  '{"action":"shutdown","reason":"ZOMBIE"}\n',
  '{"action":"shutdown","reason":"TERMINATE"}\n',
  '{"action":"shutdownRequested"}\n',
  '{"action":"checkpoint","sequenceNumber":null,"subSequenceNumber":null,"error":"ShutdownException"}\n',
  '{"action":"record","data":"YQ==","partitionKey":"}","sequenceNumber":"1","subSequenceNumber":0}',
  '"records":[]',
  '\\u0000',
  '\\ud83d',
].map(text => Buffer.from(text))

/** Lines of JSON. */
export const lines: Structure = { ...plainBytes, split: splitLines, changeUnit: changeLine, tokens }

function splitLines(input: Buffer): Buffer[] {
  const units: Buffer[] = []
  for (let at = 0; at < input.length; ) {
    const end = input.indexOf(lineFeed, at)
    const next = end === -1 ? input.length : end + 1
    units.push(input.subarray(at, next))
    at = next
  }
  return units
}

function changeLine(line: Buffer, random: Random): Buffer | null {
  const changed = changeJson(line, random)
  if (changed === null) return null
  const blanks = random.once(8) ? ' ' : ''
  return Buffer.concat([Buffer.from(blanks), changed, Buffer.from(random.once(8) ? '\r\n' : '\n')])
}
