import { closeSync, openSync, readSync } from 'node:fs'
import type { RecordLayout } from '../open/source.js'

const [lineFeed, carriageReturn, space] = [0x0a, 0x0d, 0x20]

/**
 * The lines (from 1) on which records of a UTF-8 file start. `rows` are numbers of rows, from 0, not counting malformed lines.
 * `records` are the numbers of all malformed lines, from 1, counting skipped and blank lines. Both must be ascending. Reads the
 * file up to the last of them.
 */
export function recordLines(
  path: string,
  { quote, delimiter, skippedLines, skipsBlank }: RecordLayout,
  { rows, records }: { rows: readonly number[]; records: readonly number[] },
): { rows: number[]; records: number[] } {
  const found = { rows: [] as number[], records: [] as number[] }
  let record = 0
  let row = 0
  /** Counts a record that started on a line. True once all are found. */
  const count = (line: number, isBlank: boolean): boolean => {
    record += 1
    if (records[found.records.length] === record) found.records.push(line)
    else if (record > skippedLines && !(isBlank && skipsBlank)) {
      if (rows[found.rows.length] === row) found.rows.push(line)
      row += 1
    }
    return found.rows.length === rows.length && found.records.length === records.length
  }

  const quoteByte = quote === '' ? -1 : quote.charCodeAt(0)
  const delimiterByte = delimiter.charCodeAt(delimiter.length - 1)
  let line = 1
  let startLine = 1
  let isBlank = true
  let atFieldStart = true
  let isQuoted = false
  let previous = -1
  let hasJustClosed = false
  for (const chunk of fileChunks(path)) {
    for (const byte of chunk) {
      const endsLine = byte === lineFeed || byte === carriageReturn
      const endedBefore = byte === lineFeed && previous === carriageReturn
      previous = byte
      if (endsLine) {
        if (endedBefore) continue
        line += 1
        if (isQuoted && record >= skippedLines) continue
        isQuoted = false
        if (count(startLine, isBlank)) return found
        startLine = line
        isBlank = true
        atFieldStart = true
        hasJustClosed = false
      } else if (isQuoted) {
        hasJustClosed = byte === quoteByte
        isQuoted = !hasJustClosed
      } else {
        isBlank = false
        // Within a quoted field, a quote is doubled: the first one closes the field, the second one reopens it.
        isQuoted = byte === quoteByte && (atFieldStart || hasJustClosed)
        hasJustClosed = false
        atFieldStart = byte === delimiterByte || (atFieldStart && byte === space)
      }
    }
  }
  if (!isBlank) count(startLine, false)
  return found
}

const byteOrderMark = Buffer.from('\u{FEFF}')

/** A file's bytes without a byte order mark, in chunks that reuse the same memory. */
function* fileChunks(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(1024 * 1024)
    for (let isFirst = true; ; isFirst = false) {
      const length = readSync(file, buffer, 0, buffer.length, null)
      if (length === 0) return
      const hasMark = isFirst && buffer.subarray(0, 3).equals(byteOrderMark)
      yield buffer.subarray(hasMark ? 3 : 0, length)
    }
  } finally {
    closeSync(file)
  }
}
