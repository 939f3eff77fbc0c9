/** The dialect of a CSV file. */
export interface CsvDialect {
  /** Separates fields. */
  delimiter: string
  /** Encloses fields, and is doubled within them; '' for none. */
  quote: string
  /** Whether the first line contains the names of the columns. */
  header: boolean
}

/** Throws a RangeError for a delimiter or quote by which fields cannot be separated. */
export function checkDialect({ delimiter, quote }: { delimiter?: string; quote?: string }): void {
  if (delimiter !== undefined && !/^[^"'\r\n\0]{1,4}$/.test(delimiter)) {
    throw new RangeError(
      `\`delimiter\` expected one to four characters without quotes or line ends, got ${JSON.stringify(delimiter)}`,
    )
  }
  if (quote !== undefined && (!/^[!-~]?$/.test(quote) || (quote !== '' && delimiter?.includes(quote)))) {
    throw new RangeError(
      `\`quote\` expected one ASCII character or none, other than the delimiter, got ${JSON.stringify(quote)}`,
    )
  }
}

const delimiters = [',', ';', '\t', '|']

/**
 * Detects the dialect of a CSV file from its beginning, and returns it with the fields of the first record. Given parts of the
 * dialect are kept. The delimiter is the one that finds most names for which `isWanted`, or without a header the one that
 * yields `fieldCount` fields.
 */
export function detectDialect(
  head: string,
  {
    isWanted,
    fieldCount,
    ...given
  }: Partial<CsvDialect> & { isWanted: (name: string) => boolean; fieldCount: number },
): CsvDialect & { fields: string[] } {
  const header = given.header ?? true
  const score = (fields: readonly string[]) =>
    header ? fields.filter(isWanted).length : Number(fields.length === fieldCount)
  const candidates = (given.delimiter === undefined ? delimiters : [given.delimiter]).map((delimiter) => {
    const quote = given.quote ?? detectQuote(head, delimiter)
    const fields = firstRecord(head, { delimiter, quote })
    return { delimiter, quote, header, fields, score: score(fields) }
  })
  // The first of equals, so that the comma wins a tie.
  const { score: _, ...best } = candidates.reduce((a, b) => (b.score > a.score ? b : a))
  return best
}

/** The quote with which more fields start. */
function detectQuote(head: string, delimiter: string): string {
  const starts = (quote: string) =>
    head
      .split('\n')
      .reduce((sum, line) => sum + line.split(delimiter).filter((f) => f.startsWith(quote)).length, 0)
  return starts(`'`) > starts('"') ? `'` : '"'
}

/** The fields of the first record of a text. */
function firstRecord(text: string, { delimiter, quote }: Pick<CsvDialect, 'delimiter' | 'quote'>): string[] {
  const fields: string[] = []
  let at = 0
  for (;;) {
    let field = ''
    if (quote !== '' && text.startsWith(quote, at)) {
      let end = text.indexOf(quote, at + 1)
      while (end !== -1 && text.startsWith(quote, end + 1)) end = text.indexOf(quote, end + 2)
      if (end === -1) end = text.length
      field = text.slice(at + 1, end).replaceAll(quote + quote, quote)
      at = end + 1
    }
    const [rest = ''] = /^[^\r\n]*/.exec(text.slice(at)) ?? []
    const next = rest.indexOf(delimiter)
    fields.push(field + (next === -1 ? rest : rest.slice(0, next)))
    if (next === -1) return fields
    at += next + delimiter.length
  }
}
