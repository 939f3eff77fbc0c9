import { csvDelimiters, detectQuote, firstRecord } from '../open/csv-dialect.js'

/** How a CSV file is laid out, found without a table. */
export interface CsvLayout {
  delimiter: string
  quote: string
  noHeader: boolean
  /** Number of lines before the header, or before the rows if there is none. */
  skipLines: number
  /** Number of lines between the header and the first row. */
  skipAfterHeader: number
  /** `#` if lines start with it. */
  comment?: string
  /** The fields of the header, or of the first row if there is none. */
  fields: readonly string[]
}

/** A number, a time or the start of one. */
const looksLikeData = /^\s*[+-]?(\d|\.\d|nan\s*$|inf)/i

/**
 * Finds the layout of a CSV file from its beginning: the delimiter that gives most lines the same number of fields, the first line with
 * that number, and after it lines without any value in the columns that hold numbers or times.
 */
export function csvLayout(head: string): CsvLayout {
  const lines = head.split(/\r\n|\r|\n/).map((text, index) => ({ text, index }))
  if (lines.length > 2) lines.pop() // it may be cut
  const comment = lines.slice(0, 100).some(({ text }) => text.startsWith('#')) ? '#' : undefined
  const records = lines.filter(({ text }) => text.trim() !== '' && !(comment && text.startsWith(comment)))
  const stated = /^sep=(.)$/i.exec(records[0]?.text ?? '')?.[1]
  if (stated !== undefined) records.shift()
  const splits = (stated === undefined ? csvDelimiters : [stated]).map((delimiter) => {
    const quote = detectQuote(head, delimiter)
    const rows = records.slice(0, 200).map(({ text, index }) => ({
      index,
      fields: firstRecord(text, { delimiter, quote }).fields,
    }))
    const count = mostFrequent(rows.map(({ fields }) => fields.length))
    const table = rows.filter(({ fields }) => fields.length === count)
    return { delimiter, quote, table, score: count > 1 ? table.length + count / 10_000 : 0 }
  })
  const best = splits.reduce((a, b) => (b.score > a.score ? b : a))
  const [first, ...others] = best.table
  const body = others.slice(Math.min(3, others.length - 1))
  const dataColumns = (first?.fields ?? []).flatMap((_, column) =>
    body.length > 0 && body.filter(({ fields }) => isData(fields[column])).length * 5 >= body.length * 4
      ? [column]
      : [],
  )
  const hasData = (fields: readonly string[] = []) => dataColumns.some((column) => isData(fields[column]))
  const noHeader = hasData(first?.fields)
  const start = first?.index ?? 0
  const firstRow = others.find(({ fields }) => hasData(fields))
  const skipAfterHeader =
    noHeader || dataColumns.length === 0 || firstRow === undefined
      ? 0
      : others.filter(({ index }) => index < firstRow.index).length
  return {
    delimiter: best.delimiter,
    quote: best.quote,
    noHeader,
    skipLines: start,
    skipAfterHeader: skipAfterHeader > 3 ? 0 : skipAfterHeader,
    ...(comment !== undefined && { comment }),
    fields: first?.fields ?? [],
  }
}

function isData(field = ''): boolean {
  return looksLikeData.test(field)
}

function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  const [best = 1] = [...counts].toSorted(([a, n], [b, m]) => m - n || b - a)[0] ?? []
  return best
}
