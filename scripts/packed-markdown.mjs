// What of the repository's documents goes into the package `tsmld`: README.md, SECURITY.md and docs/, whose links lead to each other.
import { posix } from 'node:path'

/** Whether a path from the root is in the package too, at the same place. */
const isPacked = path => /^(README\.md|SECURITY\.md|LICENSE|docs(\/.*)?)$/.test(path)

/** A document as it is packed: a link to what the package has not becomes its own text. `path` is the document's, from the root. */
export function packedMarkdown(text, path) {
  return text.replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, (link, words, target) => {
    if (/^([a-z]+:|#)/i.test(target)) return link
    return isPacked(posix.join(posix.dirname(path), target.replace(/#.*$/, ''))) ? link : words
  })
}
