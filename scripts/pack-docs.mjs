// Puts the documents that are packed into packages/tsmld: `npm pack` runs it there, and npm takes no file from outside of the package.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { packedMarkdown } from './packed-markdown.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const target = 'packages/tsmld'
rmSync(`${target}/docs`, { recursive: true, force: true })
mkdirSync(`${target}/docs`)
for (const path of ['README.md', 'SECURITY.md', ...readdirSync('docs').map(name => `docs/${name}`)])
  writeFileSync(`${target}/${path}`, packedMarkdown(readFileSync(path, 'utf8'), path))
copyFileSync('LICENSE', `${target}/LICENSE`)
