import type { Position } from './record.ts'

/** What of an item the records of a DynamoDB stream hold, as its table says. */
export type StreamViewType = 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'KEYS_ONLY'

/** Who made a change, where it was not a request of a user: DynamoDB's time to live. */
export interface UserIdentity {
  readonly principalId: string
  readonly type: string
}

interface DynamodbChange<Item extends object, View extends StreamViewType> extends Position {
  /** Always 0. */
  readonly subSequenceNumber: number
  /** Unique among all records; null where the daemon does not say. */
  readonly eventId: string | null
  /** The primary key. Order holds among the changes of one key. */
  readonly keys: Readonly<Partial<Item>>
  /** When the change was made, to the second. */
  readonly approximateCreationDateTime: Date | null
  /** The size of the keys and images, in DynamoDB's measure. */
  readonly sizeBytes: number | null
  readonly streamViewType: View
  /** Null for an ordinary change; see {@link isTtlDelete}. */
  readonly userIdentity: UserIdentity | null
}

type NewImage<Item, View extends StreamViewType> = View extends 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE' ? Item : undefined
type OldImage<Item, View extends StreamViewType> = View extends 'NEW_AND_OLD_IMAGES' | 'OLD_IMAGE' ? Item : undefined

/** An item was put where none was. */
export interface DynamodbInsert<Item extends object, View extends StreamViewType> extends DynamodbChange<Item, View> {
  readonly eventName: 'INSERT'
  readonly newImage: NewImage<Item, View>
  readonly oldImage: undefined
}

/** An item was changed. */
export interface DynamodbModify<Item extends object, View extends StreamViewType> extends DynamodbChange<Item, View> {
  readonly eventName: 'MODIFY'
  readonly newImage: NewImage<Item, View>
  readonly oldImage: OldImage<Item, View>
}

/** An item was deleted. */
export interface DynamodbRemove<Item extends object, View extends StreamViewType> extends DynamodbChange<Item, View> {
  readonly eventName: 'REMOVE'
  readonly newImage: undefined
  readonly oldImage: OldImage<Item, View>
}

/**
 * One change of an item: a union on `eventName`, and on `streamViewType` where `View` is not given. `keys` and images are decoded when first read; reading
 * one throws a RangeError where a number would be rounded. All fields are read from the chunk in which the record came: name those that you need, for
 * `{ ...record }` copies none (`JSON.stringify` and `console.log` show them all). Keeping a record keeps that chunk (mostly 64 KiB, at most the record itself, where it is larger) alive;
 * keys and images, once decoded, stand for themselves.
 */
export type DynamodbRecord<
  Item extends object = Record<string, unknown>,
  View extends StreamViewType = StreamViewType,
> = View extends StreamViewType
  ? DynamodbInsert<Item, View> | DynamodbModify<Item, View> | DynamodbRemove<Item, View>
  : never

/** Whether an item was deleted by its time to live rather than by a request. */
export function isTtlDelete(record: {
  readonly eventName: string
  readonly userIdentity: UserIdentity | null
}): boolean {
  return (
    record.eventName === 'REMOVE' &&
    record.userIdentity?.type === 'Service' &&
    record.userIdentity.principalId === 'dynamodb.amazonaws.com'
  )
}
