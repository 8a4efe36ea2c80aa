// The numbers of docs/protocol.md, `A DynamoDB stream record`.

/** The first byte of a record in this form. */
export const dynamodbFormVersion = 1

/** The events by their numbers; null is one that the daemon does not know. */
export const eventNames = [null, 'INSERT', 'MODIFY', 'REMOVE'] as const

/** The view types by their numbers; null is one that the daemon does not know. */
export const viewTypes = [null, 'NEW_AND_OLD_IMAGES', 'NEW_IMAGE', 'OLD_IMAGE', 'KEYS_ONLY'] as const

/** The flags of a record: what is given. */
export const dynamodbFlag = { eventId: 1, size: 2, userIdentity: 4, newImage: 8, oldImage: 16 } as const

/** Where the header's fields begin; `parts` is the first of the six lengths. */
export const dynamodbOffset = {
  version: 0,
  eventName: 1,
  viewType: 2,
  flags: 3,
  size: 4,
  parts: 12,
  content: 36,
} as const

/** The parts behind the header, in their order. */
export const dynamodbPart = { eventId: 0, principalId: 1, identityType: 2, keys: 3, newImage: 4, oldImage: 5 } as const

/** The tags of attribute values. */
export const attributeTag = {
  unknown: 0x00,
  S: 0x01,
  N: 0x02,
  B: 0x03,
  false: 0x04,
  true: 0x05,
  NULL: 0x06,
  M: 0x07,
  L: 0x08,
  SS: 0x09,
  NS: 0x0a,
  BS: 0x0b,
} as const

/** How deep maps and lists may nest. */
export const greatestNesting = 64
