import type { Random } from '../engine/random.ts'

type Json = unknown
type Fields = Record<string, Json>

/** What no field should be taken aback by; the object is one that cannot be made a text. */
const oddValues: readonly Json[] = [
  null,
  true,
  0,
  1,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 53),
  1e300,
  '',
  '0',
  '00',
  '7',
  '49680498114328145099909323149968491663064998501471485954',
  '9'.repeat(255),
  '9'.repeat(256),
  'x',
  'ä€🙂',
  '\ud800',
  '\u0000"\\\n}]',
  '}}}}',
  'YQ==',
  'YQ',
  'Y Q=',
  [],
  {},
  [[]],
  { toString: 0, valueOf: 0 },
  { __proto__: null, S: 'x', N: '1' },
  'TRIM_HORIZON',
  'LATEST',
  'AT_TIMESTAMP',
  'SHARD_END',
  'initialize',
  'processRecords',
  'leaseLost',
  'leaseLosing',
  'shardEnded',
  'shutdownRequested',
  'shutdown',
  'checkpoint',
  'TERMINATE',
  'ZOMBIE',
  'ThrottlingException',
  'ShutdownException',
]

const oddNames = ['action', 'records', 'data', '__proto__', 'toString', 'sequenceNumber', 'subSequenceNumber', 'M', '']

/** Deep nesting is slow to write, and seldom the cause of anything. */
const oddValue = (random: Random): Json =>
  random.once(1_000) ? nested(random.pick([40, 70, 400])) : random.pick(oddValues)

function nested(levels: number): Json {
  let value: Json = { S: 'deep' }
  for (let level = 0; level < levels; level++) value = { M: { a: value } }
  return value
}

/** Changes a value somewhere in a text of JSON; null where it is none. */
export function changeJson(text: Buffer, random: Random): Buffer | null {
  let value: Json
  try {
    value = JSON.parse(text.toString('utf8'))
  } catch {
    return null
  }
  const changed = textOf(changeValue(value, random))
  if (changed === null) return null
  return Buffer.from(random.once(10) ? respaced(changed, random) : random.once(10) ? doubled(changed) : changed)
}

function changeValue(value: Json, random: Random): Json {
  if (Array.isArray(value))
    return value.length === 0 || random.once(4) ? changeList(value, random) : inside(value, random)
  if (typeof value !== 'object' || value === null) return changeScalar(value, random)
  const fields = Object.entries(value as Fields)
  const [name, field] = fields.length === 0 ? ['action', null] : random.pick(fields)
  const others = fields.filter(([other]) => other !== name)
  switch (random.below(8)) {
    case 0:
      return Object.fromEntries(others)
    case 1:
      return Object.fromEntries([...fields, [random.pick(oddNames), oddValue(random)]])
    case 2:
      return Object.fromEntries([...others, [name, field]])
    case 3:
      return Object.fromEntries(fields.map(([other, it]) => [other, other === name ? oddValue(random) : it]))
    default:
      return Object.fromEntries(fields.map(([other, it]) => [other, other === name ? changeValue(it, random) : it]))
  }
}

function inside(list: readonly Json[], random: Random): Json {
  const at = random.below(list.length)
  return list.map((value, index) => (index === at ? changeValue(value, random) : value))
}

function changeList(list: readonly Json[], random: Random): Json {
  const at = random.below(list.length)
  if (random.once(3)) return list.toSpliced(at, 1)
  return list.toSpliced(at, 0, list[at] ?? oddValue(random))
}

function changeScalar(value: Json, random: Random): Json {
  if (random.once(2)) return oddValue(random)
  if (typeof value === 'number') return value + random.pick([-1, 1, 10, -1000])
  if (typeof value !== 'string') return oddValue(random)
  const at = random.below(value.length + 1)
  const odd = random.pick(['', '0', '9', '"', '\\', 'ä', '🙂', '\n', '}', ' ', '='])
  return value.slice(0, at) + odd + value.slice(at + random.below(3))
}

/** JSON.stringify is recursive, and some of the values are nested beyond it. */
function textOf(value: Json): string | null {
  try {
    return JSON.stringify(value)
  } catch {
    return null
  }
}

/** Blanks where JSON allows them; inside of texts as well, which is another text. */
function respaced(text: string, random: Random): string {
  const blank = random.pick([' ', '\t', '\r', '  '])
  return text.replace(random.pick([/[:,]/g, /[{[]/g, /[}\]]/g]), sign => (random.once(2) ? blank + sign : sign + blank))
}

/** The first field a second time, as the last. */
function doubled(text: string): string {
  const first = /^\{("[^"]*":[^,{[]*),/.exec(text)?.[1]
  return first === undefined ? text : `${text.slice(0, -1)},${first}}`
}
