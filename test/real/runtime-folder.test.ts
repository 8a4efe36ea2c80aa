import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { ConfigError, kinesisStream } from 'tsmld'
import { real } from './support/lab.ts'
import { assertKept, type Identity } from './support/oracle.ts'
import { isAlive, processes } from './support/processes.ts'
import { kinesisSink } from './support/sink.ts'
import { eventually } from './support/stack.ts'

// A disk of its own, small enough to be filled up: a folder takes one of its inodes, and so does a socket.
const disk = mkdtempSync(join(tmpdir(), 'disk-'))
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=8,mode=700', 'tmpfs', disk]).status === 0
const { TMPDIR } = process.env
process.env['TMPDIR'] = disk
after(() => {
  if (TMPDIR === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = TMPDIR
  if (isMounted) spawnSync('umount', ['-l', disk])
  rmSync(disk, { recursive: true })
})

const keys = ['a', 'b', 'c', 'd']
const round = (n: number): Identity[] => keys.map(key => ({ key, n }))
const jvms = () => processes().filter(({ parent, name }) => parent === process.pid && name === 'java')
const named = (prefix: string): string[] => readdirSync(disk).filter(name => name.startsWith(prefix))

let taken = 0

/** Takes all room, but for that many files. Who may not mount has no disk to fill: something else stands where the folder would be. */
function takeRoom(left = 0): void {
  if (isMounted) fill(left)
  else standInTheWay()
}

function fill(left: number): void {
  try {
    for (;;) mkdirSync(join(disk, `full-${taken++}`))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
  for (const name of named('full-').slice(0, left)) rmdirSync(join(disk, name))
}

function giveRoom(): void {
  process.env['TMPDIR'] = disk
  for (const name of named('full-')) rmdirSync(join(disk, name))
  for (const path of named('tsmld-').map(name => join(disk, name))) if (statSync(path).isFile()) rmSync(path)
}

function standInTheWay(): void {
  process.env['TMPDIR'] = join(disk, 'none')
  for (const path of named('tsmld-').map(name => join(disk, name))) {
    rmSync(path, { recursive: true })
    writeFileSync(path, '')
  }
}

real('fault 25: on a full disk the start is refused, with what to do, and nothing is left', async lab => {
  const streams = [kinesisStream({ streamName: 'clicks', applicationName: 'clicks', processor: kinesisSink(lab.note) })]
  for (const [left, what] of [
    [0, /^Cannot make a folder for the runtime in \S+: (ENOSPC|ENOENT).* Set TMPDIR to /],
    [1, /^Cannot (listen for the daemon|make a folder for the runtime) .*(ENOSPC|ENOENT).* Set TMPDIR to /],
  ] as const) {
    takeRoom(left)
    try {
      await assert.rejects(lab.runtime({ streams }).start(), (error: unknown) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, what)
        return true
      })
    } finally {
      giveRoom()
    }
    assert.deepEqual([named('tsmld-'), jvms()], [[], []])
  }
})

real(
  'fault 25: the folder removed while running, and then no room for a socket: said so, one JVM at most, nothing lost',
  async lab => {
    const { t, stack, log, linesOf } = lab
    const stream = await stack.createStream(2)
    const runtime = lab.runtime({
      streams: [kinesisStream({ streamName: stream, applicationName: stream, processor: kinesisSink(lab.note) })],
    })
    await runtime.start()
    const folder = join(disk, named('tsmld-')[0] ?? '')
    const sockets = (): string[] => (statSync(folder).isDirectory() ? readdirSync(folder) : [])
    const jvm = (): number | null => runtime.status().streams[0]?.daemon.pid ?? null
    const produced: Identity[] = []
    const feed = async (n: number): Promise<void> => {
      await lab.produce(stream, round(n))
      produced.push(...round(n))
      await lab.arrival(stream, produced)
    }
    const isRestarted = (restarts: number) => (): boolean => {
      const [status] = runtime.status().streams
      return status?.state === 'running' && status.restarts >= restarts
    }
    await feed(0)

    await t.test('the folder removed: noticed within seconds, and made again', async () => {
      const [before, from] = [jvm(), performance.now()]
      rmSync(folder, { recursive: true })
      await eventually('the stream starts again', () => runtime.status().streams[0]?.restarts === 1)
      const noticedMs = Math.round(performance.now() - from)
      await eventually('the stream runs again', isRestarted(1))
      assert.ok(before !== null && !isAlive(before))
      assert.equal(jvms().length, 1)
      assert.equal(statSync(folder).mode & 0o777, 0o700)
      assert.equal(sockets().length, 1)
      assert.ok(
        log.some(line => / error the listener failed .*something removed it or its folder.* set TMPDIR /.test(line)),
      )
      await feed(1)
      t.diagnostic(`noticed after ${noticedMs} ms, records came again after ${Math.round(performance.now() - from)} ms`)
    })

    await t.test(
      'no room for another socket: the reason is told, no JVM runs, and it goes on when there is room',
      async () => {
        const lastFailure = (): string => runtime.status().streams[0]?.lastFailure ?? ''
        try {
          await eventually('it cannot start again', () => {
            // A socket keeps its room until its listener has closed it, and another may be quicker than this.
            for (const socket of sockets()) rmSync(join(folder, socket))
            takeRoom()
            return /^Cannot listen .*ENOSPC.* Set TMPDIR to |what is there now is not this user's alone/.test(
              lastFailure(),
            )
          })
          assert.deepEqual([jvm(), jvms()], [null, []])
          assert.equal(runtime.health().ready, false)
        } finally {
          giveRoom()
        }
        await eventually('the stream runs again', isRestarted(3))
        await feed(2)
      },
    )

    await runtime.stop()
    t.diagnostic(`${assertKept(produced, linesOf(stream))} duplicates of ${produced.length} records`)
    assert.deepEqual([named('tsmld-'), jvms()], [[], []])
  },
)
