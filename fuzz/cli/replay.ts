import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { UsageError } from '../../scripts/command-line.ts'
import { failureOf, lateRejection } from '../engine/failure.ts'
import { targets } from '../targets/index.ts'
import { namedTarget } from './run-targets.ts'

/** Gives one saved input once more; its file's name begins with the target's, where `name` does not say it. */
export async function replay(file: string, name: string | null): Promise<void> {
  if (!existsSync(file)) throw new UsageError(`--replay: there is no file ${file}`)
  const target = namedTarget(targets, name ?? (basename(file).split('.')[0] as string))
  const input = await readFile(file)
  process.stdout.write(
    `${target.name}: ${input.length} bytes: ${JSON.stringify(input.toString('latin1').slice(0, 2_000))}\n`,
  )
  const failure = (await failureOf(target, input)) ?? (await lateRejection())
  if (failure !== null) throw failure.thrown
  process.stdout.write('✔ nothing breaks\n')
}
