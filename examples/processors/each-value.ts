import { createRuntime, dynamodbStream, eachRecord, kinesisStream } from 'tsmld'
import { z } from 'zod'

const Click = z.object({ page: z.string(), at: z.string().transform(text => new Date(text)) })
const clicks = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-cache',
  region: 'eu-west-1',
  processor: eachRecord(
    Click,
    ({ page, at }, record) => {
      console.log(record.sequenceNumber, page, at.getFullYear())
    },
    { filter: ({ partitionKey }) => partitionKey !== 'heartbeat' },
  ),
})

const Item = z.object({ id: z.string(), price: z.number() })
const items = dynamodbStream<z.infer<typeof Item>>({
  tableName: 'items',
  applicationName: 'items-cache',
  region: 'eu-west-1',
  processor: eachRecord(Item, (item, { keys }) => {
    if (item === undefined) console.log(keys.id, 'was deleted')
    else console.log(item.id, 'costs', item.price)
  }),
})
await createRuntime({ streams: [clicks, items] }).run()
