import type { Position } from './record.ts'
/** What of an item a DynamoDB stream's records hold. */
export type StreamViewType = 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'KEYS_ONLY'
export interface DynamodbRecord<Item extends object, View extends StreamViewType = StreamViewType> extends Position { readonly item?: Item; readonly view?: View }
