const greatestExcerpt = 120

// A record's payload, whole or cut off, as the MultiLangDaemon's lines hold it.
const payload = /("data"\s*:\s*")[^"]*/g

/**
 * The beginning of `input` (at most 120 characters or bytes) in quotes, with control characters escaped and without records' payloads: safe in an error message.
 */
export function excerpt(input: Buffer | string): string {
  const text = typeof input === 'string' ? input.slice(0, greatestExcerpt) : input.toString('utf8', 0, greatestExcerpt)
  return (
    JSON.stringify(text.replace(payload, '$1…')) + (input.length > greatestExcerpt ? `… (${input.length} in all)` : '')
  )
}
