/** The known name nearest to an unknown one, as ` Did you mean 'x'?`, or nothing where none is near. */
export function didYouMean(unknown: string, known: readonly string[]): string {
  const wanted = unknown.toLowerCase()
  let best: { readonly name: string; readonly edits: number } | null = null
  for (const name of known) {
    const edits = editDistance(wanted, name.toLowerCase())
    if (best === null || edits < best.edits) best = { name, edits }
  }
  return best !== null && best.edits <= Math.max(2, Math.floor(wanted.length / 4))
    ? ` Did you mean '${best.name}'?`
    : ''
}

/** Levenshtein's distance: insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    above = current
  }
  return above[b.length] ?? 0
}
