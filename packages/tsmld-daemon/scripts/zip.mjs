import { inflateRawSync } from 'node:zlib'

/**
 * The entries of a zip (or jar) whose name passes, read from the central directory.
 * @param {Buffer} zip
 * @param {(name: string) => boolean} wanted
 * @returns {{ name: string, content: Buffer }[]}
 */
export function readZip(zip, wanted) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('not a zip file')
  const entries = []
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map(offset => zip.readUInt16LE(at + offset))
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    if (!name.endsWith('/') && wanted(name)) entries.push({ name, content: readEntry(zip, at) })
    at += 46 + nameLength + extraLength + commentLength
  }
  return entries
}

/**
 * @param {Buffer} zip
 * @param {number} at where the entry stands in the central directory
 */
function readEntry(zip, at) {
  const method = zip.readUInt16LE(at + 10)
  const compressedSize = zip.readUInt32LE(at + 20)
  const header = zip.readUInt32LE(at + 42)
  // The local header's extra field differs from the central one's.
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
  const bytes = zip.subarray(start, start + compressedSize)
  return method === 0 ? bytes : inflateRawSync(bytes)
}
