import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawMatrix, isWhole, type MatrixCell, matrixCell } from '../../scripts/matrix-table.ts'

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

test('a matrix is whole where every row is ok on every Node; an empty one is not', () => {
  const cell = (row: string, node: number, ok = true): MatrixCell => ({ row, node, ok, seconds: 1 })
  const whole = [cell('a', 20), cell('b', 20), cell('a', 22), cell('b', 22)]
  assert.ok(isWhole(whole, [20, 22]))
  assert.ok(!isWhole([], [20, 22]))
  assert.ok(!isWhole(whole.slice(1), [20, 22]))
  assert.ok(!isWhole([...whole.slice(1), cell('a', 20, false)], [20, 22]))
})
