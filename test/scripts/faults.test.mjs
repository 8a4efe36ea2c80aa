import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { globTests } from '../../scripts/test-files.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = file => readFileSync(`${root}${file}`, 'utf8')

/** The numbers of the faults that the titles of a file's tests say, such as `fault 12: …` or `faults 9, 24: …`. */
function faultsIn(source) {
  const titles = [...source.matchAll(/(?:\b(?:test|real)|\bt\.test)\(\s*(['"`])faults? (\d+(?:, \d+)*): /g)]
  return new Set(titles.flatMap(([, , numbers]) => numbers.split(', ').map(Number)))
}

/** The rows of the document's table: a fault's number, and the files that it says show it. */
const rows = [...read('docs/reliability.md').matchAll(/^\| (\d+) \|.*$/gm)].map(([row, number]) => ({
  number: Number(number),
  files: [...row.matchAll(/\]\(([^)]+\.test\.ts)\)/g)].map(([, link]) => posix.join('docs', link)),
}))
const files = new Map([...globTests('unit'), ...globTests('real')].map(file => [file, faultsIn(read(file))]))

test('the titles of tests are read, with one number or several, and no others', () => {
  const source = `
    test('fault 3: a', () => {}); real(\n 'faults 9, 24: b', lab => {}); await t.test(\`fault 10: c\`)
    test('no fault 5: d'); say('fault 7: e'); test('a fault 8: f')`
  assert.deepEqual([...faultsIn(source)], [3, 9, 24, 10])
})

test('the document has a row for each of the 25 faults, in order', () => {
  assert.deepEqual(
    rows.map(({ number }) => number),
    Array.from({ length: 25 }, (_, at) => at + 1),
  )
})

for (const { number, files: named } of rows) {
  test(`the tests of fault ${number} are where the document says`, () => {
    assert.ok(named.length > 0, 'it names none')
    for (const file of named) {
      assert.ok(existsSync(`${root}${file}`), `${file} is not there`)
      assert.ok(files.get(file)?.has(number), `${file} has no test whose title begins with 'fault ${number}: '`)
    }
  })
}

test('no title says a fault that the document does not know', () => {
  const known = new Set(rows.map(({ number }) => number))
  for (const [file, numbers] of files) for (const number of numbers) assert.ok(known.has(number), `${file}: ${number}`)
})
