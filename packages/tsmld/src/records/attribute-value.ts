/** How DynamoDB's numbers come; see `numbers` in the options of a DynamoDB stream. */
export type NumberForm = 'number' | 'string'
