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
