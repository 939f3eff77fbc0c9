import { compareTexts } from './compare-texts.js'
import { hasLongText } from './long-texts.js'
import { compareRows, type SortKeys } from './sort-keys.js'

/**
 * The order of rows by their keys, ties in order of arrival: entry 0 is the row that comes first. Undefined when the rows are already
 * in order. A radix sort, which is stable and takes a quarter of the time of a comparison sort.
 */
export function rowOrder(keys: SortKeys): Uint32Array | undefined {
  if (isInOrder(keys)) return undefined
  let order = keyedRows(keys.rowCount)
  let spare = keyedRows(keys.rowCount)
  for (let row = 0; row < keys.rowCount; row++) order.rows[row] = row
  for (const column of keys.columns.toReversed()) {
    gatherWords(order, column instanceof Uint32Array ? column : textRanks(column))
    for (let shift = 0; shift < 32; shift += digitBits) {
      if (sortByDigit(order, shift, spare)) [order, spare] = [spare, order]
    }
  }
  return order.rows
}

/** Rows in some order, with the key word of each beside it: looked up by row, the words would be scattered over memory. */
interface KeyedRows {
  readonly rows: Uint32Array
  readonly words: Uint32Array
}

/** Whether every row is where its keys sort it. */
export function isInOrder(keys: SortKeys): boolean {
  for (let row = 1; row < keys.rowCount; row++) {
    if (compareRows(keys, row - 1, keys, row) > 0) return false
  }
  return true
}

function keyedRows(rowCount: number): KeyedRows {
  return { rows: new Uint32Array(rowCount), words: new Uint32Array(rowCount) }
}

/** The rank of every text among the distinct texts, from 0. */
function textRanks(texts: readonly string[]): Uint32Array {
  const rankOf = new Uint32Array(texts.length)
  if (hasLongText(texts)) {
    const rows = Array.from(texts, (text, row) => ({ text, row }))
    rows.sort((one, other) => compareTexts(one.text, other.text))
    let rank = 0
    for (const [index, { text, row }] of rows.entries()) {
      if (index > 0 && rows[index - 1]?.text !== text) rank++
      rankOf[row] = rank
    }
    return rankOf
  }
  const distinct = [...new Set(texts)].sort(compareTexts)
  const ranks = new Map(distinct.map((text, rank) => [text, rank]))
  for (let row = 0; row < texts.length; row++) rankOf[row] = ranks.get(texts[row] ?? '') ?? 0
  return rankOf
}

function gatherWords({ rows, words }: KeyedRows, wordOf: Uint32Array): void {
  for (let index = 0; index < rows.length; index++) words[index] = wordOf[rows[index] ?? 0] ?? 0
}

const digitBits = 11
const digitMask = 2 ** digitBits - 1

/** Sorts rows by one digit of their words; returns false, and sorts nothing, when all rows have the same digit. */
function sortByDigit({ rows, words }: KeyedRows, shift: number, sorted: KeyedRows): boolean {
  const places = new Uint32Array(digitMask + 1)
  for (let index = 0; index < words.length; index++) {
    const digit = ((words[index] ?? 0) >>> shift) & digitMask
    places[digit] = (places[digit] ?? 0) + 1
  }
  if (places.includes(words.length)) return false
  let next = 0
  for (let digit = 0; digit <= digitMask; digit++) {
    const count = places[digit] ?? 0
    places[digit] = next
    next += count
  }
  const { rows: sortedRows, words: sortedWords } = sorted
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0
    const digit = (word >>> shift) & digitMask
    const place = places[digit] ?? 0
    places[digit] = place + 1
    sortedWords[place] = word
    sortedRows[place] = rows[index] ?? 0
  }
  return true
}
