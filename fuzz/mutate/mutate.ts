import type { Random } from '../engine/random.ts'
import { changeBytes } from './bytes.ts'
import type { Structure } from './structure.ts'

/** Makes a new input of `input`; `other` is another of the same corpus, of which units may be taken. */
export function mutate(input: Buffer, other: Buffer, structure: Structure, random: Random): Buffer {
  let units = structure.split(input)
  if (random.once(3)) units = some(units, random)
  const changes = 1 + random.below(random.once(3) ? 8 : 3)
  for (let change = 0; change < changes; change++) units = changeOnce(units, other, structure, random)
  if (!random.once(3)) units = structure.repair(units)
  return Buffer.concat(units).subarray(0, structure.greatestBytes)
}

/** A few units in a row, and mostly the first: short inputs are quick, and most ways begin there. */
function some(units: Buffer[], random: Random): Buffer[] {
  const at = 1 + random.below(units.length)
  return [...units.slice(0, random.once(4) ? 0 : 2), ...units.slice(Math.max(2, at), at + 1 + random.below(6))]
}

function changeOnce(units: Buffer[], other: Buffer, structure: Structure, random: Random): Buffer[] {
  const at = random.below(units.length)
  const unit = units[at]
  if (unit === undefined) return structure.split(changeBytes(other, random, structure.tokens))
  switch (random.below(9)) {
    case 0:
      return units.toSpliced(at, 1)
    case 1:
      return units.toSpliced(at, 0, unit)
    case 2:
      return swapped(units, at, random.below(units.length))
    case 3:
      return units.toSpliced(at, random.below(2), random.pick([unit, ...structure.split(other)]))
    case 4:
    case 5:
    case 6: {
      const changed = structure.changeUnit(unit, random, at)
      return changed === null ? [changeBytes(Buffer.concat(units), random, structure.tokens)] : units.with(at, changed)
    }
    case 7:
      return units.with(at, changeBytes(unit, random, structure.tokens))
    default:
      return structure.split(changeBytes(Buffer.concat(units), random, structure.tokens))
  }
}

function swapped(units: Buffer[], one: number, other: number): Buffer[] {
  const result = [...units]
  result[one] = units[other] as Buffer
  result[other] = units[one] as Buffer
  return result
}
