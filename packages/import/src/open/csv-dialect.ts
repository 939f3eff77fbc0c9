/** How the fields of a CSV file are written. */
export interface CsvDialect {
  /** What stands between fields. */
  delimiter: string
  /** What fields may be enclosed in, doubled within one; '' for none. */
  quote: string
  /** Whether the first line holds the names of the columns. */
  header: boolean
}

/** Throws a RangeError when fields cannot be told apart so. */
export function checkDialect({ delimiter, quote }: { delimiter?: string; quote?: string }): void {
  if (delimiter !== undefined && !/^[^"'\r\n\0]{1,4}$/.test(delimiter)) {
    throw new RangeError(
      `\`delimiter\` expected one to four characters without quotes or line ends, got ${JSON.stringify(delimiter)}`,
    )
  }
  if (quote !== undefined && (!/^[!-~]?$/.test(quote) || (quote !== '' && delimiter?.includes(quote)))) {
    throw new RangeError(
      `\`quote\` expected one character of ASCII or none, other than the delimiter, got ${JSON.stringify(quote)}`,
    )
  }
}

const delimiters = [',', ';', '\t', '|']

/**
 * The dialect of a CSV file by its beginning, and the fields of its first record. What is given is taken as it is. The
 * delimiter is the one that finds the most names for which `isWanted`, or without a header the one that gives
 * `fieldCount` fields.
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
  // Of equals the first: the comma is what the format is named after.
  const { score: _, ...best } = candidates.reduce((a, b) => (b.score > a.score ? b : a))
  return best
}

/** The quote by which more fields begin. */
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
