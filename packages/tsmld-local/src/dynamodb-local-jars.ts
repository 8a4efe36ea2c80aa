import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { checkFiles, type LockedFile, parseLock } from './jar-lock.ts'

// Beside both src/ and dist/.
const pomFolder = fileURLToPath(new URL('../dynamodb-local/', import.meta.url))

/**
 * The folder of DynamoDB Local's jars and native libraries; where it is not there yet, Maven fetches them. They are checked against the lock before
 * the folder gets its name, so that a folder with this name is whole.
 * @throws Error when Maven is missing or fails, or what it brought is not what the lock names.
 */
export async function ensureDynamodbLocal(onProgress: (message: string) => void = () => undefined): Promise<string> {
  const lockText = await readFile(join(pomFolder, 'jars.lock.json'), 'utf8')
  const lock = parseLock(lockText)
  // Another lock is another folder.
  const folder = join(
    cacheFolder(),
    `dynamodb-local-${createHash('sha256').update(lockText).digest('hex').slice(0, 12)}`,
  )
  if (await exists(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  const fetched = await mkdtemp(`${folder}.`)
  try {
    onProgress('Fetching DynamoDB Local by Maven (about 50 MB, once) …')
    await copyByMaven(fetched)
    await check(fetched, lock)
    await rename(fetched, folder).catch(async (error: unknown) => {
      // Another process was faster.
      if (!(await exists(folder))) throw error
    })
    onProgress('DynamoDB Local is there.')
    return folder
  } finally {
    await rm(fetched, { recursive: true, force: true })
  }
}

/** Where fetched files are kept: `TSMLD_CACHE`, else `tsmld` in the user's cache folder. */
export function cacheFolder(): string {
  const { TSMLD_CACHE, XDG_CACHE_HOME } = process.env
  return TSMLD_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tsmld')
}

async function copyByMaven(folder: string): Promise<void> {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
  const args = [
    '-q',
    '-B',
    '-f',
    join(pomFolder, 'pom.xml'),
    goal,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ]
  try {
    await promisify(execFile)('mvn', args, { maxBuffer: 16 * 2 ** 20 })
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }
    if (code === 'ENOENT')
      throw new Error(
        'DynamoDB Local is fetched by Maven, which is not here: install Maven (mvn), or set TSMLD_CACHE to a folder that has it.',
      )
    throw new Error(
      `Maven could not fetch DynamoDB Local: ${`${stdout}${stderr}`.trim().split('\n').slice(0, 5).join('\n')}`,
      { cause: error },
    )
  }
}

async function check(folder: string, lock: readonly LockedFile[]): Promise<void> {
  const names = await readdir(folder)
  const found = new Map<string, string>()
  for (const name of names)
    found.set(
      name,
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex'),
    )
  const faults = checkFiles(lock, found)
  if (faults.length > 0)
    throw new Error(
      `What Maven brought of DynamoDB Local is not what the lock names: ${faults.slice(0, 5).join('; ')}.`,
    )
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
