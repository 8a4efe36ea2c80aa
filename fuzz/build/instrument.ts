import ts from 'typescript'

interface Insertion {
  readonly at: number
  readonly text: string
}

/**
 * Counts in `source` how often each of its branches is taken: every block, both sides of `?:`, the right side of `&&`, `||` and `??`, every case.
 * @param newCounter gives the number of the next counter; `counter` is the name of the array that holds them.
 */
export function instrument(source: string, newCounter: () => number, counter: string): string {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.ES2023, true)
  const opens: Insertion[] = []
  const closes: Insertion[] = []
  const count = (): string => `${counter}[${newCounter()}]++`
  const countExpression = (node: ts.Node): void => {
    opens.push({ at: node.getStart(), text: `(${count()},` })
    closes.unshift({ at: node.getEnd(), text: ')' })
  }
  const countStatement = (node: ts.Statement | undefined): void => {
    if (node === undefined || ts.isBlock(node)) return
    opens.push({ at: node.getStart(), text: `{${count()};` })
    closes.unshift({ at: node.getEnd(), text: '}' })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node)) opens.push({ at: node.getStart() + 1, text: `${count()};` })
    else if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) countExpression(node.body)
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(countExpression)
    else if (ts.isBinaryExpression(node) && isShortCircuit(node.operatorToken.kind)) countExpression(node.right)
    else if (ts.isIfStatement(node)) [node.thenStatement, node.elseStatement].forEach(countStatement)
    else if (ts.isIterationStatement(node, false)) countStatement(node.statement)
    else if (ts.isCaseOrDefaultClause(node) && node.statements[0] !== undefined)
      opens.push({ at: node.statements[0].getStart(), text: `${count()};` })
    ts.forEachChild(node, visit)
  }
  visit(file)
  return inserted(source, opens, closes)
}

function isShortCircuit(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  )
}

/** What ends at a place comes before what begins there; both are in the order in which they nest. */
function inserted(source: string, opens: readonly Insertion[], closes: readonly Insertion[]): string {
  const insertions = [...closes, ...opens].sort((one, other) => one.at - other.at)
  let result = ''
  let done = 0
  for (const { at, text } of insertions) {
    result += source.slice(done, at) + text
    done = at
  }
  return result + source.slice(done)
}
