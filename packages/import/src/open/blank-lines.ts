import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { CsvDialect } from './csv-dialect.js'

const [lineFeed, carriageReturn, space] = [0x0a, 0x0d, 0x20]

/** Which lines of a CSV file are no rows. */
interface BlankLines extends Pick<CsvDialect, 'quote' | 'delimiter'> {
  /** Number of lines at the start, in which quotes enclose nothing. */
  skippedLines: number
  /** The character with which further lines start. Default: there are none. */
  comment?: string | undefined
}

/**
 * Copies a CSV file with a blank line in place of each line that is no row, so that lines keep their numbers. A line within a quoted field
 * is part of a row. DuckDB's own options would also cut a field at a comment character, and let a quote in a skipped line enclose rows.
 */
export async function blankLines(
  path: string,
  copy: string,
  { comment, quote, delimiter, skippedLines }: BlankLines,
): Promise<void> {
  const commentByte = comment?.charCodeAt(0)
  const quoteByte = quote === '' ? -1 : quote.charCodeAt(0)
  const delimiterByte = delimiter.charCodeAt(delimiter.length - 1)
  await pipeline(
    createReadStream(path, { highWaterMark: 1024 * 1024 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      let line = 0
      let previous = -1
      let atLineStart = true
      let atFieldStart = true
      let isQuoted = false
      let hasJustClosed = false
      let isComment = false
      for await (const chunk of chunks) {
        if (line >= skippedLines && commentByte === undefined) {
          yield chunk
          continue
        }
        const kept = Buffer.allocUnsafe(chunk.length)
        let length = 0
        for (const byte of chunk) {
          const endsLine = byte === lineFeed || byte === carriageReturn
          if (endsLine && !(byte === lineFeed && previous === carriageReturn)) line += 1
          previous = byte
          // Quotes in skipped lines enclose nothing.
          if (line < skippedLines) {
            if (endsLine) kept[length++] = byte
            continue
          }
          if (endsLine) {
            isComment = false
            if (!isQuoted) {
              atLineStart = true
              atFieldStart = true
              hasJustClosed = false
            }
          } else if (isQuoted) {
            hasJustClosed = byte === quoteByte
            isQuoted = !hasJustClosed
          } else {
            isComment ||= atLineStart && byte === commentByte
            atLineStart = false
            if (isComment) continue
            isQuoted = byte === quoteByte && (atFieldStart || hasJustClosed)
            hasJustClosed = false
            atFieldStart = byte === delimiterByte || (atFieldStart && byte === space)
          }
          kept[length++] = byte
        }
        yield kept.subarray(0, length)
      }
    },
    createWriteStream(copy),
  )
}

/** Whether the first lines of a file have quotes only around whole fields, each on one line. DuckDB skips such lines rightly. */
export function areSimpleLines(
  head: string,
  { quote, delimiter, skippedLines }: Pick<BlankLines, 'quote' | 'delimiter' | 'skippedLines'>,
): boolean {
  if (skippedLines === 0 || quote === '') return true
  const lines = head.split(/\r\n|\r|\n/)
  return (
    lines.length > skippedLines &&
    lines.slice(0, skippedLines).every((line) => isSimple(line, quote, delimiter))
  )
}

function isSimple(line: string, quote: string, delimiter: string): boolean {
  for (let at = 0; at < line.length;) {
    if (line[at] === quote) {
      at = line.indexOf(quote, at + 1) + 1
      if (at === 0 || (at < line.length && !line.startsWith(delimiter, at))) return false
      at += delimiter.length
    } else {
      const end = line.indexOf(delimiter, at)
      if (line.slice(at, end === -1 ? undefined : end).includes(quote)) return false
      at = end === -1 ? line.length : end + delimiter.length
    }
  }
  return true
}
