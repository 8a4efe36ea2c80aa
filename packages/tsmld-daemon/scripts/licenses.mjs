import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { jarFileName } from './lock.mjs'
import { readZip } from './zip.mjs'

const isText = (/** @type {string} */ name) =>
  /^(META-INF\/)?[^/]*(LICEN[CS]E|NOTICE|COPYRIGHT|COPYING)[^/]*$/i.test(name) && !name.endsWith('.class')

/**
 * Writes `licenses/`: which licence each jar has, as its pom says, and every licence and notice found in the jars, each text once.
 * @param {string} packageFolder
 * @param {{ folder: string, libFolder: string, hashes: Record<string, string> }} built with the licence plugin's list in `target`
 */
export async function writeLicenses(packageFolder, built) {
  const folder = join(packageFolder, 'licenses')
  const texts = join(folder, 'texts')
  const list = join(built.folder, 'target', 'generated-sources', 'license', 'THIRD-PARTY.txt')
  const declared = parseThirdParty(await readFile(list, 'utf8'))
  await rm(folder, { recursive: true, force: true })
  await mkdir(texts, { recursive: true })
  // For jars that carry no text of their own.
  await cp(join(packageFolder, 'scripts', 'license-texts'), texts, { recursive: true })

  /** @type {Map<string, string>} */
  const known = new Map()
  const rows = []
  for (const coordinates of Object.keys(built.hashes)) {
    const license = declared.get(coordinates)
    if (license === undefined) throw new Error(`no licence is known for ${coordinates}`)
    const jar = await readFile(join(built.libFolder, jarFileName(coordinates)))
    const files = new Set()
    for (const { name, content } of readZip(jar, isText)) {
      files.add(await keepText(texts, known, coordinates.split(':')[1] ?? '', basename(name), content))
    }
    rows.push(`| ${coordinates} | ${license} | ${[...files].map(file => `[${file}](texts/${file})`).join(', ')} |`)
  }
  const head =
    '# The licences of the jars\n\nAs each jar’s pom declares them; the texts and notices are those in the jars. Written by `npm run jars:lock`.\n' +
    'Jars without a text of their own are covered by the text of the same name in [texts](texts).\n\n' +
    '| jar | licence | texts and notices |\n|---|---|---|\n'
  await writeFile(join(folder, 'THIRD-PARTY.md'), `${head}${rows.join('\n')}\n`)
}

/**
 * Stores a text once, however many jars carry it, under the name of the first that does.
 * @param {string} folder
 * @param {Map<string, string>} known
 * @param {string} artifactId
 * @param {string} name
 * @param {Buffer} content
 */
async function keepText(folder, known, artifactId, name, content) {
  const hash = createHash('sha256').update(content).digest('hex')
  const stored = known.get(hash)
  if (stored !== undefined) return stored
  const file = `${artifactId}-${/\.\w+$/.test(name) ? name : `${name}.txt`}`
  known.set(hash, file)
  await writeFile(join(folder, file), content)
  return file
}

/**
 * Reads the licence plugin's lines: `(licence) (licence) name (group:artifact:version - url)`.
 * @param {string} text
 * @returns {Map<string, string>} coordinates → licences
 */
export function parseThirdParty(text) {
  const found = new Map()
  for (const line of text.split('\n')) {
    const match = /^\s+((?:\([^()]*(?:\([^()]*\)[^()]*)*\)\s+)+).*\(([\w.-]+:[\w.-]+:[\w.-]+) - [^()]*\)\s*$/.exec(line)
    if (match === null) continue
    const licenses = [...match[1].matchAll(/\(((?:[^()]|\([^()]*\))*)\)/g)].map(each => each[1])
    found.set(match[2], licenses.join('; or '))
  }
  return found
}
