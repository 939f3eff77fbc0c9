import { compareTexts } from '@minilake/partition'
import { type Batch, columnValues, nullMask } from '@minilake/schema'
import type { Condition, LiteralValue, Operator } from './condition.js'

// The truth values, ordered so that AND is the least, OR the greatest, and NOT the distance from true.
const [isFalse, isUnknown, isTrue] = [0, 1, 2]

/** For each row of a batch, 1 if a condition is true for it, 0 if it is false or unknown. NaN is neither less than, equal to nor greater than a number. */
export function matchingRows(condition: Condition, batch: Batch): Uint8Array {
  return truthOf(condition, batch).map((truth) => Number(truth === isTrue))
}

function truthOf(condition: Condition, batch: Batch): Uint8Array {
  switch (condition.kind) {
    case 'compare':
      return compared(condition, batch)
    case 'isNull': {
      const truth = new Uint8Array(batch.rowCount)
      const nulls = nullMask(batch, condition.name)
      return nulls === undefined ? truth : truth.map((_, row) => (nulls[row] === 1 ? isTrue : isFalse))
    }
    case 'not':
      return truthOf(condition.term, batch).map((truth) => isTrue - truth)
    default: {
      const best = condition.kind === 'and' ? Math.min : Math.max
      const truth = new Uint8Array(batch.rowCount).fill(condition.kind === 'and' ? isTrue : isFalse)
      for (const term of condition.terms) {
        const other = truthOf(term, batch)
        for (let row = 0; row < truth.length; row++) truth[row] = best(truth[row] ?? 0, other[row] ?? 0)
      }
      return truth
    }
  }
}

function compared(
  { name, operator, value }: Extract<Condition, { kind: 'compare' }>,
  batch: Batch,
): Uint8Array {
  const values = columnValues(batch, name) as ArrayLike<LiteralValue>
  const nulls = nullMask(batch, name)
  const truth = new Uint8Array(batch.rowCount)
  const holds = typeof value === 'string' ? textHolds(operator, value) : numberHolds[operator]
  for (let row = 0; row < truth.length; row++) {
    if (nulls?.[row] === 1) truth[row] = isUnknown
    else if (holds(values[row] as LiteralValue, value)) truth[row] = isTrue
  }
  return truth
}

const numberHolds: Readonly<Record<Operator, (one: LiteralValue, other: LiteralValue) => boolean>> = {
  '=': (one, other) => one === other,
  '<>': (one, other) => one !== other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
}

/** Texts are ordered by their UTF-8 bytes, as in both engines. */
function textHolds(operator: Operator, text: string): (value: LiteralValue) => boolean {
  if (operator === '=') return (value) => value === text
  if (operator === '<>') return (value) => value !== text
  const holds = numberHolds[operator]
  return (value) => holds(compareTexts(value as string, text), 0)
}
