// What the answers of npm's registry and of a scanner come to: plain data in, sentences out.

/** @returns {{ kind: 'clean' | 'found' | 'unknown', sentence: string }} of what `npm audit --json` printed. */
export function npmVerdict(output) {
  const { metadata, message, error } = parse(output)
  const counts = metadata?.vulnerabilities
  if (counts === undefined) {
    const reason = message ?? error?.summary ?? 'it printed no report'
    return { kind: 'unknown', sentence: `npm: not audited, because the registry gave no advisories: ${reason}` }
  }
  if (counts.total === 0) return { kind: 'clean', sentence: 'npm: no known vulnerability' }
  const levels = Object.entries(counts).filter(([level, count]) => level !== 'total' && count > 0)
  const told = levels.map(([level, count]) => `${count} ${level}`).join(', ')
  return { kind: 'found', sentence: `npm: ${told}; \`npm audit --omit dev\` says which` }
}

/** @returns {{ kind: 'clean' | 'found' | 'unknown', sentence: string }} of a scanner's exit; null where there is none on the PATH. */
export function scannerVerdict(scanner, file, exit) {
  if (scanner === null)
    return {
      kind: 'unknown',
      sentence: `${file}: not audited, because none of osv-scanner, grype and trivy is on the PATH; the file is made, for any scanner of CycloneDX`,
    }
  if (exit.status === 0) return { kind: 'clean', sentence: `${file}: ${scanner} knows no vulnerability` }
  // Each scanner has an exit code of its own for what it found; none of them is 0.
  if (exit.status !== null)
    return {
      kind: 'found',
      sentence: `${file}: ${scanner} does not call it clean (exit ${exit.status}):\n${exit.output}`,
    }
  return { kind: 'unknown', sentence: `${file}: not audited, because ${scanner} did not end by itself` }
}

/** 0: all audited, nothing known; 1: something is known; 2: something could not be audited. */
export function exitCodeOf(verdicts) {
  if (verdicts.some(({ kind }) => kind === 'found')) return 1
  return verdicts.some(({ kind }) => kind === 'unknown') ? 2 : 0
}

function parse(output) {
  try {
    return JSON.parse(output) ?? {}
  } catch {
    return {}
  }
}
