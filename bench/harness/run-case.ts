import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Cleanup } from './cleanup.ts'
import type { Consumer, Counts, Place } from './consumers.ts'
import type { Driver, DriverCase } from './driver.ts'
import { measure, type Timing } from './measure.ts'
import { processTree } from './processes.ts'
import type { Measured } from './summarize.ts'

/** One case: what is fed, and to whom. */
export interface CaseSpec extends Pick<DriverCase, 'records' | 'shards' | 'recordBytes' | 'batchRecords'> {
  readonly start: (place: Place) => Promise<Consumer>
}

/** What all cases of a run have in common. */
export interface CaseSettings {
  readonly timing: Timing
  /** Where each has a folder of its own. */
  readonly temporary: string
  readonly nodeArgs: Place['nodeArgs']
}

let cases = 0

/**
 * Runs a case from the consumer's start to its end.
 * @throws Error when anything fails, or when not every record was seen.
 */
export async function runCase(
  driver: Driver,
  { start, ...fed }: CaseSpec,
  { timing, temporary, nodeArgs }: CaseSettings,
): Promise<Measured> {
  const cleanup = new Cleanup()
  const folder = join(temporary, String(++cases))
  await mkdir(folder)
  cleanup.add(() => rm(folder, { recursive: true, force: true }))
  try {
    const consumer = await start({ folder, cleanup, nodeArgs })
    await driver.start({ ...fed, ...consumer.driver, stream: 'bench' })
    const tree = processTree([...consumer.pids, driver.pid], consumer.excluded)
    const measured = await measure(
      driver,
      tree.filter(pid => pid !== driver.pid),
      timing,
    )
    const ended = await driver.end()
    assertSeen(ended, await consumer.counts(), consumer.readsData)
    await consumer.stop()
    return measured
  } finally {
    await cleanup.run()
  }
}

/** @throws Error when what was seen is not what was sent: then nothing that was measured counts. */
export function assertSeen(sent: Counts, seen: Counts, readsData: boolean): void {
  if (sent.records === seen.records && (!readsData || sent.bytes === seen.bytes)) return
  throw new Error(
    `${sent.records} records of ${sent.bytes} bytes were sent, but ${seen.records} of ${seen.bytes} bytes were seen`,
  )
}
