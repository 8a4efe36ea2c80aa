import type { SchemaIssue } from '../errors.ts'

/** What zod, valibot, arktype and others have in common: https://standardschema.dev, version 1, as far as it is needed here. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema says of a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** The type of a schema's values. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']
