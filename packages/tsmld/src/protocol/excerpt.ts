const greatestExcerpt = 120

/** The beginning of `input` (at most 120 characters or bytes) in quotes, with control characters escaped: safe in an error message. */
export function excerpt(input: Buffer | string): string {
  const text = typeof input === 'string' ? input.slice(0, greatestExcerpt) : input.toString('utf8', 0, greatestExcerpt)
  return JSON.stringify(text) + (input.length > greatestExcerpt ? `… (${input.length} in all)` : '')
}
