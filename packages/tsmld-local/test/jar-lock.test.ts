import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { checkFiles, parseLock } from '../src/jar-lock.ts'

test('the lock names the file under which Maven copies each artifact', () => {
  assert.deepEqual(parseLock('{"org.example:thing:jar:1.2":"ab"}'), [{ name: 'thing-1.2.jar', sha256: 'ab' }])
})

test('a lock that is none is refused', () => {
  assert.throws(() => parseLock('null'), /no object/)
  assert.throws(() => parseLock('{"org.example:thing":"ab"}'), /org\.example:thing is not/)
  assert.throws(() => parseLock('{"org.example:thing:jar:1":7}'), /is not group:artifact:type:version/)
})

test('the committed lock names DynamoDB Local and no file twice', async () => {
  const lock = parseLock(await readFile(new URL('../dynamodb-local/jars.lock.json', import.meta.url), 'utf8'))
  assert.ok(lock.some(file => /^DynamoDBLocal-.*\.jar$/.test(file.name)))
  assert.equal(new Set(lock.map(file => file.name)).size, lock.length)
  for (const file of lock) assert.match(file.sha256, /^[0-9a-f]{64}$/)
})

test('what is missing, altered or too much is named', () => {
  const lock = [
    { name: 'a.jar', sha256: '1' },
    { name: 'b.jar', sha256: '2' },
    { name: 'c.jar', sha256: '3' },
  ]
  const found = new Map([
    ['a.jar', '1'],
    ['b.jar', 'x'],
    ['d.jar', '4'],
  ])
  assert.deepEqual(checkFiles(lock, found), ['c.jar is missing', 'b.jar is altered', 'd.jar is not in the lock'])
})
