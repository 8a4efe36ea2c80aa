import type { WireRecord } from '../../packages/tsmld/src/protocol/messages.ts'

/** A record as it comes over the wire. */
export const record: WireRecord = {
  sequenceNumber: '7',
  subSequenceNumber: 0,
  partitionKey: 'k',
  explicitHashKey: null,
  approximateArrivalTimestamp: new Date(0),
  encryptionType: null,
  aggregated: false,
  data: Buffer.from('data'),
}
