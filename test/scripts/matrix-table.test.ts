import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawMatrix, matrixCell } from '../../scripts/matrix-table.ts'

test('a test whose name ends with a Node is a cell of the matrix, others are none', () => {
  assert.deepEqual(matrixCell('embedded, KCL 3, Kinesis, Node 22', 12_600, true), {
    row: 'embedded, KCL 3, Kinesis',
    node: 22,
    ok: true,
    seconds: 13,
  })
  assert.equal(matrixCell('the unit tests', 1, true), null)
})

test('the matrix has a row a daemon and a column a Node, and shows what failed and what did not run', () => {
  const cells = [
    { row: 'b', node: 24, ok: true, seconds: 3 },
    { row: 'b', node: 20, ok: false, seconds: 120 },
    { row: 'a long name', node: 20, ok: true, seconds: 9 },
  ]
  const table = [
    '| daemon      | Node 20 | Node 24 |',
    '|-------------|---------|---------|',
    '| b           | ✖ 120 s | ✔ 3 s   |',
    '| a long name | ✔ 9 s   |         |',
    '',
  ]
  assert.equal(drawMatrix(cells), table.join('\n'))
})
