import { existsSync, readdirSync } from 'node:fs'

/** The test files of a kind, in order: `unit` are those of packages/, scripts/, bench/, chaos/, fuzz/ and soak/, `real` those that need the emulators. */
export function globTests(kind) {
  const folders =
    kind === 'real'
      ? ['test/real']
      : [
          ...readdirSync('packages').map(name => `packages/${name}/test`),
          ...['scripts', 'bench', 'chaos', 'fuzz', 'soak'].map(name => `test/${name}`),
        ]
  return folders
    .filter(folder => existsSync(folder))
    .flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => `${folder}/${file}`))
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => /\.test\.(ts|mjs)$/.test(file))
    .sort()
}

/** Those that mostly wait: for AWS's daemons, whose first start takes a minute, and for leases to expire. */
export const waitingFiles = ['migration', 'conformance', 'handover'].map(name => `test/real/${name}.test.ts`)
/** Those that hold workers to times, the longest first: they come when those that wait are through. */
export const timedFiles = [
  'stop',
  'failures',
  'several-workers',
  'broken-leader',
  'chaos',
  'lease-table',
  'leases',
].map(name => `test/real/${name}.test.ts`)

/** In which lanes files run side by side: what waits leaves its processor to the two files beside it. */
export function lanesOf(files) {
  const [waiting, timed] = [waitingFiles, timedFiles].map(some => some.filter(file => files.includes(file)))
  const others = files.filter(file => !waiting.includes(file) && !timed.includes(file))
  return [
    { files: [...others, ...timed], concurrency: 2 },
    { files: waiting, concurrency: 1 },
  ].filter(lane => lane.files.length > 0)
}
