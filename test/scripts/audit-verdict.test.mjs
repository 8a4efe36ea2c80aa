import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOf, npmVerdict, scannerVerdict } from '../../scripts/audit-verdict.mjs'

const report = vulnerabilities =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities: {}, metadata: { vulnerabilities } })
const none = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 }

test("npm's report is clean only where it counts nothing", () => {
  assert.equal(npmVerdict(report(none)).kind, 'clean')
  const { kind, sentence } = npmVerdict(report({ ...none, moderate: 2, high: 1, total: 3 }))
  assert.deepEqual([kind, sentence], ['found', 'npm: 2 moderate, 1 high; `npm audit --omit dev` says which'])
})

test('a registry that gives no advisories is not taken for clean', () => {
  const refused = npmVerdict(JSON.stringify({ message: '405 Method Not Allowed', error: { summary: '' } }))
  assert.equal(refused.kind, 'unknown')
  assert.match(refused.sentence, /not audited.*405 Method Not Allowed/)
  for (const output of [null, '', 'not JSON', '{}']) assert.equal(npmVerdict(output).kind, 'unknown')
})

test('nor is a scanner that is missing, or ends with anything but 0', () => {
  assert.match(scannerVerdict(null, 'sbom/maven.cdx.json', null).sentence, /^sbom\/maven\.cdx\.json: not audited/)
  const kinds = [0, 1, 2, null].map(status => scannerVerdict('grype', 'a', { status, output: 'x' }).kind)
  assert.deepEqual(kinds, ['clean', 'found', 'found', 'unknown'])
})

test('the exit code tells what is known from what is not', () => {
  const [clean, found, unknown] = ['clean', 'found', 'unknown'].map(kind => ({ kind }))
  assert.deepEqual([[clean], [clean, unknown], [found, unknown], [found]].map(exitCodeOf), [0, 2, 1, 1])
})
