import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const pomFolder = fileURLToPath(new URL('redis-server/', import.meta.url))

/**
 * The path of a Redis server: that of `REDIS_SERVER` (or a Valkey server's), else the one that the lock names, which Maven fetches the first time (12 MB), checked.
 * @throws Error when the platform has none, Maven fails, or what it brought is not what the lock names.
 */
export async function ensureRedis(onProgress: (message: string) => void = () => undefined): Promise<string> {
  const { REDIS_SERVER } = process.env
  if (REDIS_SERVER !== undefined && REDIS_SERVER !== '') return REDIS_SERVER
  const lock = JSON.parse(await readFile(join(pomFolder, 'lock.json'), 'utf8')) as Lock
  const platform = `${process.platform}-${process.arch}`
  const locked = lock[platform]
  if (locked === undefined)
    throw new Error(
      `There is no Redis server for ${platform} to fetch: set REDIS_SERVER to the path of a redis-server or valkey-server, 6.2 or newer.`,
    )
  const folder = join(cacheFolder(), `redis-${locked.sha256.slice(0, 12)}`)
  const server = join(folder, locked.file)
  if (await exists(server)) return server
  await mkdir(dirname(folder), { recursive: true })
  const fetched = await mkdtemp(`${folder}.`)
  try {
    onProgress('Fetching a Redis server by Maven (12 MB, once) …')
    await unpackByMaven(locked.file, fetched)
    await check(join(fetched, locked.file), locked.sha256)
    await chmod(join(fetched, locked.file), 0o755)
    await rename(fetched, folder).catch(async (error: unknown) => {
      // Another process was faster.
      if (!(await exists(server))) throw error
    })
    return server
  } finally {
    await rm(fetched, { recursive: true, force: true })
  }
}

/** The server by platform, as Node names it. */
type Lock = Readonly<Record<string, { readonly file: string; readonly sha256: string }>>

// As tsmld-local keeps what it fetches.
function cacheFolder(): string {
  const { TSMLD_CACHE, XDG_CACHE_HOME } = process.env
  return TSMLD_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tsmld')
}

async function unpackByMaven(file: string, folder: string): Promise<void> {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack-dependencies'
  const unpack = [
    `-DoutputDirectory=${folder}`,
    `-Dmdep.unpack.includes=${file}`,
    `-DmarkersDirectory=${folder}/markers`,
  ]
  try {
    await promisify(execFile)('mvn', ['-q', '-B', '-f', join(pomFolder, 'pom.xml'), goal, ...unpack])
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }
    const reason =
      code === 'ENOENT' ? 'Maven (mvn) is not here' : `${stdout}${stderr}`.trim().split('\n').slice(0, 5).join('\n')
    throw new Error(
      `A Redis server could not be fetched: ${reason}. Set REDIS_SERVER to the path of one to do without.`,
      { cause: error },
    )
  }
}

async function check(file: string, sha256: string): Promise<void> {
  const found = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  if (found !== sha256)
    throw new Error(
      `What Maven brought as a Redis server is not what the lock names: its SHA-256 is ${found}, not ${sha256}.`,
    )
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
