import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openOut, readOut } from '../../chaos/cli/out-file.ts'
import { UsageError } from '../../scripts/command-line.ts'

function fileIn(t: TestContext, text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'out-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'runs.jsonl')
  if (text !== undefined) writeFileSync(file, text)
  return file
}
const refusal = (message: RegExp) => (error: unknown) => error instanceof UsageError && message.test(error.message)

test('lines are added to a file, which is made where there is none', t => {
  const file = fileIn(t)
  assert.deepEqual(readOut(file), [])
  assert.equal(existsSync(file), false)
  const { runs, notices, add } = openOut(file)
  assert.deepEqual([runs, notices], [[], []])
  add({ ok: true, seed: 1 })
  add({ ok: true, seed: 2 })
  assert.equal(readFileSync(file, 'utf8'), '{"ok":true,"seed":1}\n{"ok":true,"seed":2}\n')
  assert.deepEqual(
    readOut(file).map(({ seed }) => seed),
    [1, 2],
  )
})

test('a piece of a line is put aside and said, and nothing is glued to it', t => {
  const file = fileIn(t, '{"ok":true,"seed":1}\n{"ok":true,"seed":2,"han')
  const { runs, notices, add } = openOut(file)
  assert.equal(runs.length, 1)
  assert.match(notices.join(), /ended in the middle of a line.* that piece is in .*runs\.jsonl\.cut now/)
  add({ ok: true, seed: 2 })
  assert.equal(readFileSync(file, 'utf8'), '{"ok":true,"seed":1}\n{"ok":true,"seed":2}\n')
  assert.equal(readFileSync(`${file}.cut`, 'utf8'), '{"ok":true,"seed":2,"han\n')
})

test('a whole line without its end counts, and nothing is glued to it', t => {
  const file = fileIn(t, '{"ok":true,"seed":1}')
  const { runs, notices, add } = openOut(file)
  assert.deepEqual([runs.length, notices], [1, []])
  add({ ok: true, seed: 2 })
  assert.equal(readFileSync(file, 'utf8'), '{"ok":true,"seed":1}\n{"ok":true,"seed":2}\n')
})

test('what cannot be used is refused in a sentence, and left as it is', t => {
  const foreign = fileIn(t, 'my notes')
  assert.throws(() => openOut(foreign), refusal(/is no file of chaos' runs/))
  assert.equal(readFileSync(foreign, 'utf8'), 'my notes')
  const folder = join(foreign, '..')
  assert.throws(() => openOut(folder), refusal(/cannot be read: it is a folder$/))
  assert.throws(
    () => openOut(join(folder, 'none', 'a.jsonl')),
    refusal(/cannot be written: there is no folder .*none$/),
  )
  // A device that takes nothing: root may write to every file.
  assert.throws(() => openOut(join(foreign, 'a.jsonl')), refusal(/^--out: .* cannot be written: /))
})
