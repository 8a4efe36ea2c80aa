import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Credentials, kcl1Provider, kcl2Provider, kcl3Provider } from '../../src/config/credentials.ts'
import { normalizeStream } from '../../src/config/normalize-stream.ts'
import type { KinesisStreamOptions } from '../../src/config/stream-options.ts'
import { toProperties } from '../../src/config/to-properties.ts'
import { assertRefused } from './refused.ts'
import { clicks, items, untyped } from './samples.ts'

const roleArn = 'arn:aws:iam::123456789012:role/reader'
const context = { applicationName: 'clicks cache', region: 'eu-west-1' }

const providers: readonly (readonly [Credentials, kcl3: string, kcl1: string | null])[] = [
  ['default', 'DefaultCredentialsProvider', 'DefaultAWSCredentialsProviderChain'],
  ['environment', 'EnvironmentVariableCredentialsProvider', 'EnvironmentVariableCredentialsProvider'],
  [{ profile: 'p' }, 'ProfileCredentialsProvider|p', 'profile.ProfileCredentialsProvider|p'],
  [{ provider: 'com.example.Own|x' }, 'com.example.Own|x', 'com.example.Own|x'],
  [
    { assumeRole: { roleArn } },
    `StsAssumeRoleCredentialsProvider|${roleArn}|tsmld-clicks-cache|endpointRegion=eu-west-1`,
    `STSAssumeRoleSessionCredentialsProvider|${roleArn}|tsmld-clicks-cache`,
  ],
  [
    { assumeRole: { roleArn, sessionName: 'me', externalId: 'e/1', stsRegion: 'us-east-1' } },
    `StsAssumeRoleCredentialsProvider|${roleArn}|me|endpointRegion=us-east-1|externalId=e/1`,
    null,
  ],
  [
    { assumeRole: { roleArn, sessionName: 'me', stsEndpoint: 'https://sts.local:1' } },
    `StsAssumeRoleCredentialsProvider|${roleArn}|me|endpoint=https://sts.local:1^eu-west-1`,
    null,
  ],
]

for (const [credentials, kcl3, kcl1] of providers) {
  test(`${JSON.stringify(credentials)} is ${kcl3} in KCL 3`, () => {
    assert.equal(kcl3Provider(credentials, context), kcl3)
    if (kcl1 === null) assertRefused(() => kcl1Provider(credentials, context), /'credentials'.*KCL 1/)
    else assert.equal(kcl1Provider(credentials, context), kcl1)
  })
}

test('KCL 2 takes the classes of KCL 1 and, in a class of its own, roles with all that KCL 3 takes', () => {
  assert.equal(kcl2Provider('default', context), 'DefaultAWSCredentialsProviderChain')
  assert.equal(kcl2Provider({ profile: 'p' }, context), 'profile.ProfileCredentialsProvider|p')
  assert.equal(
    kcl2Provider({ assumeRole: { roleArn, sessionName: 'me', externalId: 'e/1' } }, context),
    `KclSTSAssumeRoleSessionCredentialsProvider|${roleArn}|me|endpointRegion=eu-west-1|externalId=e/1`,
  )
})

test('an STS endpoint needs a region', () => {
  const credentials = { assumeRole: { roleArn, stsEndpoint: 'https://sts.local' } }
  assertRefused(() => kcl3Provider(credentials, { applicationName: 'a', region: null }), /stsRegion/)
})

test('the lease table and the metrics may have credentials of their own', () => {
  const stream = clicks({
    credentials: { profile: 'a' },
    leaseTableCredentials: { profile: 'b' },
    metricsCredentials: 'environment',
  })
  const properties = toProperties(normalizeStream(stream))
  assert.equal(properties['AwsCredentialsProvider'], 'ProfileCredentialsProvider|a')
  assert.equal(properties['AwsCredentialsProviderDynamoDB'], 'ProfileCredentialsProvider|b')
  assert.equal(properties['AwsCredentialsProviderCloudWatch'], 'EnvironmentVariableCredentialsProvider')
})

test('KCL 1 gets the names in the only spelling that it takes', () => {
  const properties = toProperties(normalizeStream(items({ daemon: 'stock', leaseTableCredentials: 'environment' })))
  assert.equal(properties['AWSCredentialsProvider'], 'DefaultAWSCredentialsProviderChain')
  assert.equal(properties['AWSCredentialsProviderDynamoDB'], 'EnvironmentVariableCredentialsProvider')
  assert.ok(!Object.keys(properties).some(name => name.startsWith('Aws')))
})

const literalKeys: readonly unknown[] = [
  { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' },
  { secretKey: 'wJalrXUtnFEMI' },
  { sessionToken: 'wJalrXUtnFEMI' },
  { provider: 'StaticCredentialsProvider|AKIAIOSFODNN7EXAMPLE|wJalrXUtnFEMI' },
]

for (const credentials of literalKeys) {
  test(`keys in the options are refused and not repeated: ${Object.keys(credentials as object).join()}`, () => {
    const stream = clicks(untyped<KinesisStreamOptions>({ credentials }))
    const message = assertRefused(
      () => normalizeStream(stream),
      /'credentials' of kinesis stream 'clicks-cache' must not hold keys/,
    )
    assert.doesNotMatch(message, /wJalr|AKIA/)
  })
}

const properties: readonly Record<string, string>[] = [
  { awsSecretKey: 'wJalrXUtnFEMI' },
  { AwsCredentialsProvider: 'StaticCredentialsProvider|x|wJalrXUtnFEMI' },
  { userAgent: 'AKIAIOSFODNN7EXAMPLE' },
]

for (const given of properties) {
  test(`keys in free properties are refused and not repeated: ${Object.keys(given).join()}`, () => {
    const message = assertRefused(() => normalizeStream(clicks({ properties: given })), /must not hold keys/)
    assert.doesNotMatch(message, /wJalr|AKIA/)
  })
}

const wrong: readonly (readonly [unknown, RegExp])[] = [
  ['chain', /'default', 'environment', \{ profile \}/],
  [{ profile: 'a|b' }, /cannot hold/],
  [{ profile: 'a', provider: 'b' }, /must be/],
  [{ assumeRole: {} }, /assumeRole\.roleArn/],
  [{ assumeRole: { roleArn: 'arn:aws:iam::1:role/x' } }, /assumeRole\.roleArn/],
  [{ assumeRole: { roleArn, externalId: 'a=b' } }, /assumeRole\.externalId/],
  [{ assumeRole: { roleArn, sessionName: 'a b' } }, /assumeRole\.sessionName/],
  [{ assumeRole: { roleArn, external: 'x' } }, /unknown field 'external'/],
]

for (const [credentials, message] of wrong) {
  test(`credentials ${JSON.stringify(credentials)} are refused`, () => {
    assertRefused(() => normalizeStream(clicks(untyped<KinesisStreamOptions>({ credentials }))), message)
  })
}
