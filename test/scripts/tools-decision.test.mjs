import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideTools, javaMajor } from '../../scripts/tools-decision.mjs'

const java = { major: 17, path: '/usr/bin/java', compiler: true }
const whole = { java, maven: true, bridges: true, apt: true }

test('nothing is done where all tools are there', () => {
  assert.deepEqual(decideTools(whole, { all: true }), { kind: 'ready' })
})

test('what is missing is installed where apt-get may be used', () => {
  const machine = { java: null, maven: false, bridges: false, apt: true }
  assert.deepEqual(decideTools(machine, { all: false }), { kind: 'install', tools: ['jdk', 'maven', 'bridges'] })
})

test('a Java without its compiler is no JDK', () => {
  const machine = { ...whole, java: { ...java, compiler: false } }
  assert.deepEqual(decideTools(machine, { all: false }), { kind: 'install', tools: ['jdk'] })
})

test('elsewhere one sentence names everything to install', () => {
  const machine = { java: null, maven: false, bridges: false, apt: false }
  assert.deepEqual(decideTools(machine, { all: false }), {
    kind: 'refuse',
    sentence:
      'Please install a JDK of version 17 or newer, Maven (mvn) and socat with netcat-openbsd, then run this again.',
  })
})

test('a Java that is too old is named with its place, and nothing is installed over it', () => {
  const decision = decideTools(
    { ...whole, java: { major: 11, path: '/opt/java/bin/java', compiler: true } },
    { all: false },
  )
  assert.equal(decision.kind, 'refuse')
  assert.match(decision.sentence, /\/opt\/java\/bin\/java is version 11.*JAVA_HOME/)
})

test('a missing socat or nc stops only those who ask for all tools', () => {
  const machine = { ...whole, bridges: false, apt: false }
  const lenient = decideTools(machine, { all: false })
  assert.equal(lenient.kind, 'ready')
  assert.match(lenient.notice, /^socat or nc/)
  assert.deepEqual(decideTools(machine, { all: true }), {
    kind: 'refuse',
    sentence: 'Please install socat with netcat-openbsd, then run this again.',
  })
})

test('the major version is read from old and new forms', () => {
  const majors = ['1.8.0_402', '11.0.2', '17', '17.0.15', '21-ea', 'none'].map(javaMajor)
  assert.deepEqual(majors, [8, 11, 17, 17, 21, null])
})
