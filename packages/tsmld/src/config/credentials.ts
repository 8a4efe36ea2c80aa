import { ConfigError } from '../errors.ts'

/** A role that the daemon assumes with the default credentials of its environment. */
export interface AssumeRole {
  readonly roleArn: string
  /** The session's name, as CloudTrail shows it. @default the application's name, with `-` for what AWS does not allow */
  readonly sessionName?: string | undefined
  /** The external id that the role's owner asks for. Not with KCL 1. */
  readonly externalId?: string | undefined
  /** The region whose STS is asked. Not with KCL 1. @default the stream's region */
  readonly stsRegion?: string | undefined
  /** The URL of STS, as for a VPC endpoint; needs `stsRegion` or the stream's region. Not with KCL 1. */
  readonly stsEndpoint?: string | undefined
}

/**
 * Where the daemon finds AWS credentials: the AWS SDK's default chain, the environment only, a profile, a role to assume, or an AWS SDK provider class by name, in
 * the KCL's own notation (`Class|argument|key=value`). Never the keys themselves: those belong into the environment or a profile.
 */
export type Credentials =
  | 'default'
  | 'environment'
  | { readonly profile: string }
  | { readonly assumeRole: AssumeRole }
  | { readonly provider: string }

/** What a provider's notation may depend on beside the credentials themselves. */
export interface CredentialsContext {
  readonly applicationName: string
  readonly region: string | null
}

const keyWords = /^(access_?key(_?id)?|secret(_?access)?(_?key)?|session_?token|aws_?(access|secret|session).*)$/i

/** Says what is wrong with a `credentials` option, or null; what it says never repeats a value. */
export function checkCredentials(value: unknown): string | null {
  if (value === 'default' || value === 'environment') return null
  const forms = "must be 'default', 'environment', { profile }, { assumeRole: { roleArn, … } } or { provider }"
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return forms
  const keys = Object.keys(value)
  if (keys.some(key => keyWords.test(key)))
    return 'must not hold keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or name a profile with { profile }'
  if (keys.length !== 1) return forms
  if ('profile' in value) return checkArgument(value.profile, 'profile')
  if ('provider' in value) {
    if (typeof value.provider !== 'string' || value.provider.trim() === '') return 'needs a class name in { provider }'
    return holdsAccessKey(value.provider) ? 'must not hold keys: { provider } names a class' : null
  }
  return 'assumeRole' in value ? checkAssumeRole(value.assumeRole) : forms
}

const assumeRoleKeys = ['roleArn', 'sessionName', 'externalId', 'stsRegion', 'stsEndpoint']

function checkAssumeRole(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'needs { roleArn } in { assumeRole }'
  const role = value as Readonly<Record<string, unknown>>
  const unknown = Object.keys(role).find(key => !assumeRoleKeys.includes(key))
  if (unknown !== undefined)
    return `has an unknown field '${unknown}' in assumeRole: known are ${assumeRoleKeys.join(', ')}`
  if (typeof role['roleArn'] !== 'string' || !/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role['roleArn']))
    return "needs a role's ARN in assumeRole.roleArn, arn:aws:iam::<account>:role/<name>"
  const name = role['sessionName']
  if (name !== undefined && (typeof name !== 'string' || !/^[\w+.@-]{2,64}$/.test(name)))
    return 'needs 2 to 64 of A-Z a-z 0-9 _ + . @ - in assumeRole.sessionName'
  for (const key of assumeRoleKeys) {
    const problem = role[key] === undefined ? null : checkArgument(role[key], `assumeRole.${key}`)
    if (problem !== null) return problem
  }
  return null
}

/** The KCL splits its notation at `,` `|` and `=` and knows no escape. */
function checkArgument(value: unknown, name: string): string | null {
  if (typeof value !== 'string' || value === '') return `needs a text in ${name}`
  return /[,|=^]/.test(value) ? `cannot hold , | = or ^ in ${name}: the KCL splits there and knows no escape` : null
}

/** Whether a text holds what looks like an AWS access key id. */
export function holdsAccessKey(text: string): boolean {
  return /(^|[^A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}($|[^A-Z0-9])/.test(text)
}

/** The value of KCL 3's `AwsCredentialsProvider` property. */
export function kcl3Provider(credentials: Credentials, context: CredentialsContext): string {
  if (credentials === 'default') return 'DefaultCredentialsProvider'
  if (credentials === 'environment') return 'EnvironmentVariableCredentialsProvider'
  if ('profile' in credentials) return `ProfileCredentialsProvider|${credentials.profile}`
  if ('provider' in credentials) return credentials.provider
  const { roleArn, externalId, stsEndpoint } = credentials.assumeRole
  const region = credentials.assumeRole.stsRegion ?? context.region
  if (stsEndpoint !== undefined && region === null)
    throw new ConfigError(
      `Option 'credentials' of ${context.applicationName} has an stsEndpoint without a region: add stsRegion`,
    )
  const nested = [
    ...(stsEndpoint !== undefined
      ? [`endpoint=${stsEndpoint}^${region}`]
      : region !== null
        ? [`endpointRegion=${region}`]
        : []),
    ...(externalId === undefined ? [] : [`externalId=${externalId}`]),
  ]
  return ['StsAssumeRoleCredentialsProvider', roleArn, sessionName(credentials.assumeRole, context), ...nested].join(
    '|',
  )
}

/** The value of KCL 2's `AWSCredentialsProvider` property: its classes are those of KCL 1's SDK, its roles take what KCL 3's do. */
export function kcl2Provider(credentials: Credentials, context: CredentialsContext): string {
  return typeof credentials === 'object' && 'assumeRole' in credentials
    ? kcl3Provider(credentials, context).replace(/^[^|]+/, 'KclSTSAssumeRoleSessionCredentialsProvider')
    : kcl1Provider(credentials, context)
}

/** The value of KCL 1's `AWSCredentialsProvider` property; a role needs `aws-java-sdk-sts` on the daemon's class path. */
export function kcl1Provider(credentials: Credentials, context: CredentialsContext): string {
  if (credentials === 'default') return 'DefaultAWSCredentialsProviderChain'
  if (credentials === 'environment') return 'EnvironmentVariableCredentialsProvider'
  if ('profile' in credentials) return `profile.ProfileCredentialsProvider|${credentials.profile}`
  if ('provider' in credentials) return credentials.provider
  const role = credentials.assumeRole
  if (role.externalId !== undefined || role.stsRegion !== undefined || role.stsEndpoint !== undefined)
    throw new ConfigError(
      `Option 'credentials' of ${context.applicationName}: KCL 1 takes neither externalId nor stsRegion nor stsEndpoint; leave them out, or use the embedded daemon`,
    )
  return `STSAssumeRoleSessionCredentialsProvider|${role.roleArn}|${sessionName(role, context)}`
}

function sessionName(role: AssumeRole, context: CredentialsContext): string {
  return role.sessionName ?? `tsmld-${context.applicationName.replace(/[^\w+.@-]/g, '-')}`.slice(0, 64)
}
