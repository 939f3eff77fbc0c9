/** The dialect of a CSV file. */
export interface CsvDialect {
  /** Separates fields. */
  delimiter: string
  /** Encloses fields, and is doubled within them; '' for none. */
  quote: string
  /** Whether the first line contains the names of the columns. */
  header: boolean
}

/** What stands before the rows of a CSV file, and between them. */
export interface StartOptions {
  /** Number of lines before the header. Default: the header is looked for among the first 100 lines, by the names of the table's columns. */
  skipLines?: number
  /** Number of lines between the header and the first row, such as units. Default 0. */
  skipAfterHeader?: number
  /** A character with which lines start that are no rows, such as `#`. Default: none. */
  comment?: string
}

/** Throws a RangeError for a delimiter or quote by which fields cannot be separated, or for impossible lines to skip. */
export function checkDialect({
  delimiter,
  quote,
  noHeader = false,
  skipLines = 0,
  skipAfterHeader = 0,
  comment,
}: StartOptions & { delimiter?: string; quote?: string; noHeader?: boolean }): void {
  for (const [name, lines] of Object.entries({ skipLines, skipAfterHeader })) {
    if (!Number.isSafeInteger(lines) || lines < 0 || lines > 100_000)
      throw new RangeError(`\`${name}\` expected a number of lines from 0 to 100000, got ${lines}`)
  }
  if (noHeader && skipAfterHeader > 0) {
    throw new RangeError(
      `\`skipAfterHeader\` expected a header, got \`noHeader\` too: \`skipLines\` skips lines before the rows`,
    )
  }
  if (comment !== undefined && !/^[!-~]$/.test(comment))
    throw new RangeError(`\`comment\` expected one ASCII character such as #, got ${JSON.stringify(comment)}`)
  if (comment !== undefined && (comment === quote || comment === delimiter)) {
    throw new RangeError(
      `\`comment\` expected another character than \`delimiter\` and \`quote\`, got ${comment}`,
    )
  }
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

/** The delimiters that are looked for. */
export const csvDelimiters = [',', ';', '\t', '|']

/** Number of lines in which a header is looked for. */
const searchedLines = 100

/** Where the rows of a CSV file start. */
export interface CsvStart extends CsvDialect {
  /** The fields of the header, or of the first record if there is none. */
  fields: string[]
  /** The line on which those fields start, from 1. */
  line: number
  /** Number of lines before the first row. */
  skippedLines: number
}

/**
 * Detects the dialect of a CSV file from its beginning, and where its header is. Given parts of the dialect are kept. The
 * delimiter and the line of the header are those that find most names for which `isWanted`; with `skipLines`, the header is on the next
 * line that is neither blank nor a comment. Without a header, the delimiter is the one that yields `fieldCount` fields. A line `sep=;` states the
 * delimiter. Throws a RangeError for a given delimiter that it contradicts.
 */
export function detectDialect(
  head: string,
  {
    isWanted,
    fieldCount,
    skipLines,
    comment,
    skipAfterHeader = 0,
    ...given
  }: Partial<CsvDialect> & StartOptions & { isWanted: (name: string) => boolean; fieldCount: number },
): CsvStart {
  const header = given.header ?? true
  const separator = /^sep=(.)\r?(\n|$)/i.exec(head)?.[1]
  const first = Math.max(skipLines ?? 0, separator === undefined ? 0 : 1)
  if (separator !== undefined && given.delimiter !== undefined && separator !== given.delimiter) {
    throw new RangeError(
      `\`delimiter\` expected ${separator}, which the first line of the file states (sep=${separator}), got ${JSON.stringify(given.delimiter)}`,
    )
  }
  const stated = given.delimiter ?? separator
  const starts = lineStarts(head, header && skipLines === undefined ? first + searchedLines : first + 1, {
    first,
    ...(comment !== undefined && { comment }),
  })
  const score = (fields: readonly string[]) =>
    header ? fields.filter(isWanted).length : Number(fields.length === fieldCount)
  const possible = (stated === undefined ? csvDelimiters : [stated]).map((delimiter) => ({
    delimiter,
    quote: given.quote ?? detectQuote(head, delimiter),
  }))
  const candidates = starts.flatMap(({ at, line }) =>
    possible.map(({ delimiter, quote }) => {
      const { fields, lines } = firstRecord(head.slice(at), { delimiter, quote })
      const skippedLines = header ? line - 1 + lines + skipAfterHeader : line - 1
      return { delimiter, quote, header, fields, line, skippedLines, score: score(fields) }
    }),
  )
  // The first of equals, so that the first line and the comma win a tie.
  const { score: _, ...best } = candidates.reduce((a, b) => (b.score > a.score ? b : a))
  return best
}

/** Where lines start that are neither blank nor comments, from line `first` (from 0) up to line `last`, at least one. */
function lineStarts(
  head: string,
  last: number,
  { first, comment }: { first: number; comment?: string },
): { at: number; line: number }[] {
  const found: { at: number; line: number }[] = []
  let at = 0
  for (let line = 1; line <= last || found.length === 0; line++) {
    const [text = ''] = /^[^\r\n]*/.exec(head.slice(at, at + maxHeaderLength)) ?? []
    const isComment = comment !== undefined && text.startsWith(comment)
    const isEnd = at >= head.length
    if (line > first && ((text.trim() !== '' && !isComment) || (isEnd && found.length === 0)))
      found.push({ at, line })
    if (isEnd) return found.length > 0 ? found : [{ at, line }]
    const end = /\r\n|\r|\n/.exec(head.slice(at))
    at = end ? at + end.index + end[0].length : head.length
  }
  return found
}

/** Length of the longest line that is looked at as a header, in characters. */
const maxHeaderLength = 64 * 1024

/** The quote with which more fields start. */
export function detectQuote(head: string, delimiter: string): string {
  const starts = (quote: string) =>
    head
      .split('\n')
      .reduce((sum, line) => sum + line.split(delimiter).filter((f) => f.startsWith(quote)).length, 0)
  return starts(`'`) > starts('"') ? `'` : '"'
}

/** The fields of the first record of a text, and on how many lines it is. */
export function firstRecord(
  text: string,
  { delimiter, quote }: Pick<CsvDialect, 'delimiter' | 'quote'>,
): { fields: string[]; lines: number } {
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
    if (next === -1) {
      const lines = text.slice(0, at).split(/\r\n|\r|\n/).length
      return { fields, lines }
    }
    at += next + delimiter.length
  }
}
