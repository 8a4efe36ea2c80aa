import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashOf, type Random } from './random.ts'

const greatestCorpus = 4_000

/** The inputs of one target that took a way that no input before them took. */
export class Corpus {
  readonly #inputs: Buffer[] = []

  get size(): number {
    return this.#inputs.length
  }

  add(input: Buffer, random: Random): void {
    const copy = Buffer.from(input)
    if (this.#inputs.length < greatestCorpus) this.#inputs.push(copy)
    else this.#inputs[random.below(greatestCorpus)] = copy
  }

  /** Any of them, the newest more often. */
  pick(random: Random): Buffer {
    const { length } = this.#inputs
    const newest = random.once(3) ? Math.min(length, 16) : length
    return this.#inputs[length - 1 - random.below(newest)] ?? Buffer.alloc(0)
  }

  async save(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true })
    for (const input of this.#inputs) await writeFile(join(folder, `${nameOf(input)}.input`), input)
  }
}

/** Inputs that an earlier run left. */
export async function savedInputs(folder: string): Promise<Buffer[]> {
  const names = await readdir(folder).catch(() => [])
  return Promise.all(names.sort().map(name => readFile(join(folder, name))))
}

/** A name for an input. */
export const nameOf = (input: Buffer): string => hashOf(input).toString(16).padStart(8, '0')
