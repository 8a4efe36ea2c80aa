import { eachRecord, fencingToken, type KinesisRecord } from 'tsmld'

/** A PostgreSQL client, in a transaction where `transaction` says so. */
declare const sql: {
  query(text: string, values: unknown[]): Promise<{ rowCount: number }>
  transaction(
    body: (query: (text: string, values: unknown[]) => Promise<{ rowCount: number }>) => Promise<void>,
  ): Promise<void>
}

/** The newest state of each key: what is older than what is there changes nothing. `token` is `text COLLATE "C"`. */
export const newestOfEachKey = eachRecord<KinesisRecord>(
  async (record, shard) => {
    await sql.query(
      `INSERT INTO pages (id, body, token) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body, token = EXCLUDED.token WHERE pages.token < EXCLUDED.token`,
      [record.partitionKey, record.data, fencingToken(shard, record).order],
    )
  },
  { concurrency: 50 },
)

/** Effects that may happen once only, as a sum: the shard's place and the effect change in one transaction. It needs a concurrency of 1. */
export const exactlyOnce = eachRecord<KinesisRecord>(async (record, shard) => {
  const { shardId, order } = fencingToken(shard, record)
  await sql.transaction(async query => {
    const { rowCount } = await query(
      `INSERT INTO progress (shard, token) VALUES ($1, $2)
       ON CONFLICT (shard) DO UPDATE SET token = EXCLUDED.token WHERE progress.token < EXCLUDED.token`,
      [shardId, order],
    )
    if (rowCount === 0) return // this record was counted before
    await query('UPDATE totals SET clicks = clicks + 1 WHERE page = $1', [record.partitionKey])
  })
})
