import { createHash } from 'node:crypto'

/** The digest of one column of a file. */
export interface ColumnDigest {
  readonly name: string
  /** The column's type; `bigint` for integers of any width, `double` for reals too. */
  readonly family: string
  /** Rows that have a value. */
  readonly valueCount: number
  /** SHA-256 of the values, and of where they are missing, in hexadecimal. */
  readonly values: string
  readonly presence: string
}

/**
 * The identity of a file's rows: a SHA-256, in hexadecimal, that depends on their values and their order only. Files with the same rows
 * have the same digest, however the rows were cut into batches, pages and row groups, whatever the encoding, the codec, the version
 * of the writer and the order of the columns. It is the SHA-256 of these lines, each of which ends with `\n`:
 *
 * ```text
 * minilake rows 1
 * <number of rows>
 * <bytes of the name in UTF-8>:<name> <family> <SHA-256 of the values> <SHA-256 of the presence>
 * ```
 *
 * The last line stands once for each column that has a value, in the order of the UTF-8 bytes of their names. Columns without any value
 * are left out, so that adding a nullable column to a table changes nothing. The family is the column's type, but `bigint` for integers
 * of any width and `double` for reals. Digests are in hexadecimal. All numbers below are 64 bits, little-endian.
 *
 * - Values, without the missing ones, in the order of the rows: numbers as integers or IEEE doubles, a NaN always as 0x7ff8000000000000,
 *   0 and −0 as they are; timestamps as microseconds and dates as days since 1970; booleans as 0 and 1. Texts are cut into runs of equal
 *   texts, as long as possible: the number of texts in the run, the number of bytes of the text in UTF-8, and those bytes.
 * - Presence: the number of rows that have a value, then of rows that have none, and so on in turn, each as many as follow one another.
 *   The first number is 0 when the first row has no value.
 */
export function rowsDigest(rowCount: number, columns: readonly ColumnDigest[]): string {
  const lines = columns
    .filter(({ valueCount }) => valueCount > 0)
    .map((column) => ({ ...column, utf8: Buffer.from(column.name) }))
    .sort((a, b) => Buffer.compare(a.utf8, b.utf8))
    .map(
      ({ utf8, name, family, values, presence }) =>
        `${utf8.length}:${name} ${family} ${values} ${presence}\n`,
    )
  return createHash('sha256')
    .update(`minilake rows 1\n${rowCount}\n${lines.join('')}`)
    .digest('hex')
}
