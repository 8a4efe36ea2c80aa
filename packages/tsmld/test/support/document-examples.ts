import { readdirSync, readFileSync } from 'node:fs'

const root = new URL('../../../../', import.meta.url)

/** A document, the examples that it shows, and those of the folder under `examples/`, which are type-checked. */
export function documentExamples(
  document: string,
  folder: string,
): Record<'text', string> & Record<'shown' | 'checked', string[]> {
  const text = readFileSync(new URL(`docs/${document}`, root), 'utf8')
  const files = new URL(`examples/${folder}/`, root)
  return {
    text,
    shown: [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code).toSorted(),
    checked: readdirSync(files)
      .map(file => readFileSync(new URL(file, files), 'utf8'))
      .toSorted(),
  }
}
