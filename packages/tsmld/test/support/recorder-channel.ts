import type { TestContext } from 'node:test'
import { BroadcastChannel } from 'node:worker_threads'

export const recorderChannel = `recorder-${process.pid}`

/** What a recorder tells: `thread` is Node's id of its thread, 0 in the main one. */
export interface Told {
  readonly what: string
  readonly shardId: string
  readonly thread: number
}

/** The module whose default export is the recorder. */
export const recorderUrl = new URL('recorder.ts', import.meta.url)

/** Listens to the recorders of all threads; of this process only, for channels reach no other. */
export function hearRecorders(t: TestContext): { readonly told: Told[]; readonly goOn: (shardId: string) => void } {
  const told: Told[] = []
  const channel = new BroadcastChannel(recorderChannel)
  channel.onmessage = event => void told.push((event as { data: Told }).data)
  t.after(() => channel.close())
  return { told, goOn: shardId => channel.postMessage({ what: 'go on', shardId, thread: 0 }) }
}
