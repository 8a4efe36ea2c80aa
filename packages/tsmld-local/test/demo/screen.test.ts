import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Progress } from '../../src/demo/render.ts'
import { createScreen } from '../../src/demo/screen.ts'

function recording(isTTY: boolean) {
  const written: string[] = []
  return { written, output: { isTTY, write: (text: string) => written.push(text) } }
}

const at = (elapsedMs: number, phase = 'processing'): Progress => ({ elapsedMs, phase, streams: [] })

test('a terminal is redrawn over what was drawn', () => {
  const { written, output } = recording(true)
  const screen = createScreen(output)
  screen.show(at(0))
  screen.show(at(100))
  assert.deepEqual(written, ['0.0 s  processing\u001b[K\n\u001b[J', '\u001b[1A0.1 s  processing\u001b[K\n\u001b[J'])
})

test('lines that stay are not drawn over', () => {
  const { written, output } = recording(true)
  const screen = createScreen(output)
  screen.show(at(0))
  screen.write('one', 'two')
  screen.show(at(100))
  assert.deepEqual(written, [
    '0.0 s  processing\u001b[K\n\u001b[J',
    'one\ntwo\n',
    '0.1 s  processing\u001b[K\n\u001b[J',
  ])
})

test('a line is cut at the width of the terminal, so that the next drawing finds its place', () => {
  const { written, output } = recording(true)
  createScreen({ ...output, columns: 8 }).show(at(0))
  assert.deepEqual(written, ['0.0 s  p\u001b[K\n\u001b[J'])
})

test('a terminal that became narrower is redrawn over the lines that it wrapped', () => {
  const { written, output } = recording(true)
  const terminal = { ...output, columns: 80 }
  const screen = createScreen(terminal)
  screen.show(at(0))
  terminal.columns = 8
  screen.show(at(100))
  assert.equal(written[1], '\u001b[3A0.1 s  p\u001b[K\n\u001b[J')
})

test('elsewhere a line comes every two seconds, and at once when the phase changes', () => {
  const { written, output } = recording(false)
  const screen = createScreen(output)
  for (const progress of [at(0), at(1_900), at(2_000), at(2_100, 'stopping'), at(2_200, 'stopping')])
    screen.show(progress)
  assert.deepEqual(written, ['0.0 s processing\n', '2.0 s processing\n', '2.1 s stopping\n'])
})
