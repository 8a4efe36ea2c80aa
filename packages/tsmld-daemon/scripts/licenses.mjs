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
  const entries = []
  for (const coordinates of Object.keys(built.hashes)) {
    const license = declared.get(coordinates)
    if (license === undefined) throw new Error(`no licence is known for ${coordinates}`)
    const jar = await readFile(join(built.libFolder, jarFileName(coordinates)))
    const files = new Set()
    for (const { name, content } of readZip(jar, isText)) {
      files.add(await keepText(texts, known, coordinates.split(':')[1] ?? '', basename(name), content))
    }
    if (files.size === 0) files.add(commonText(coordinates, license))
    entries.push(`${coordinates}\n  ${license}\n  ${[...files].map(file => `texts/${file}`).join(', ')}\n`)
  }
  const head =
    'The licences of the jars, as their poms declare them, and where their texts and notices are:\n' +
    'those that the jar holds, or else the common text. Written by npm run jars:lock.\n'
  await writeFile(join(folder, 'THIRD-PARTY.txt'), `${head}\n${entries.join('\n')}`)
}

/**
 * The text for a jar that carries none; of two licences the one whose text we have.
 * @param {string} coordinates
 * @param {string} license
 */
function commonText(coordinates, license) {
  if (/apache/i.test(license)) return 'Apache-2.0.txt'
  if (/lesser general public/i.test(license)) return 'LGPL-2.1.txt'
  if (/^MIT-0$/.test(license)) return 'MIT-0.txt'
  if (coordinates.includes(':protobuf-java:')) return 'BSD-3-Clause-protobuf.txt'
  throw new Error(`no text is known for ${coordinates}, which is under ${license}: add one to scripts/license-texts`)
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
