import { createHash } from 'node:crypto'
import type { ColumnBuffers, ColumnType } from '@minilake/schema'
import type { PageStatistics } from '../encodings/value-encoder.js'
import { type Bound, isBefore } from '../file/bound-order.js'
import type { ColumnDigest } from './rows-digest.js'
import { type ValueBytes, valueBytes } from './value-bytes.js'

/** Counts and bounds of a column's values in a file. */
export interface ColumnCounts {
  /** Rows that have a value, NaN included. */
  readonly values: number
  /** Of those, NaN. Absent for types that have none. */
  readonly nan?: number
  /**
   * The least and the greatest value other than NaN, as text: whole numbers in full, days and microseconds since 1970, doubles as
   * JavaScript writes them. Absent without such a value, and for booleans and texts.
   */
  readonly min?: string
  readonly max?: string
}

/** Gathers the digest, the counts and the bounds of a column while its file is written. */
export interface ColumnChecks {
  /** Counts the rows from `start` to before `end`. Where `nulls` is 1, the row has no value. */
  addRows(nulls: Uint8Array | undefined, start: number, end: number): void
  /** Adds the values of those rows to the digest. */
  addValues(
    values: ColumnBuffers[ColumnType],
    nulls: Uint8Array | undefined,
    start: number,
    end: number,
  ): void
  /** Adds values to the digest in the form that `rowsDigest` describes, without a copy; instead of `addValues`. */
  addBytes(bytes: Uint8Array): void
  /** Adds the statistics of a column chunk, with the bounds of the values other than NaN. */
  addChunk(statistics: PageStatistics): void
  finish(): { digest: ColumnDigest; counts: ColumnCounts }
}

/** What a column's type means to its checks: types of one family are the same to a digest, and some types have no bounds. */
const families: Readonly<Record<ColumnType, { family: string; hasBounds: boolean }>> = {
  timestamp: { family: 'timestamp', hasBounds: true },
  date: { family: 'date', hasBounds: true },
  double: { family: 'double', hasBounds: true },
  real: { family: 'double', hasBounds: true },
  bigint: { family: 'bigint', hasBounds: true },
  integer: { family: 'bigint', hasBounds: true },
  boolean: { family: 'boolean', hasBounds: false },
  varchar: { family: 'varchar', hasBounds: false },
}

/** The checks of a column without rows. */
export function columnChecks(name: string, type: ColumnType): ColumnChecks {
  const { family, hasBounds } = families[type]
  const values = createHash('sha256')
  const addBytes = (bytes: Uint8Array) => void values.update(bytes)
  const bytes: ValueBytes<ColumnBuffers[ColumnType]> = valueBytes[type](addBytes)
  const presence = presenceRuns()
  let nan: bigint | undefined
  let [min, max]: (Bound | undefined)[] = []
  return {
    addRows: (nulls, start, end) => presence.add(nulls, start, end),
    addValues: (...rows) => bytes.add(...rows),
    addBytes,
    addChunk({ min_value, max_value, nan_count }) {
      if (nan_count !== undefined) nan = (nan ?? 0n) + nan_count
      if (!hasBounds) return
      if (min_value !== undefined && (min === undefined || isBefore(min_value, min))) min = min_value
      if (max_value !== undefined && (max === undefined || isBefore(max, max_value))) max = max_value
    },
    finish() {
      bytes.finish()
      const { valueCount, sha256 } = presence.finish()
      return {
        digest: { name, family, valueCount, values: values.digest('hex'), presence: sha256 },
        counts: {
          values: valueCount,
          ...(nan !== undefined && { nan: Number(nan) }),
          // −0 is 0 here: statistics widen zeros, whatever their signs.
          ...(min !== undefined && { min: String(min) }),
          ...(max !== undefined && { max: String(max) }),
        },
      }
    },
  }
}

/** Gathers nothing, for a file without checks. */
export const noChecks: ColumnChecks = {
  addRows: () => {},
  addValues: () => {},
  addBytes: () => {},
  addChunk: () => {},
  finish: () => {
    throw new Error('expected checks to have been gathered')
  },
}

/** Gathers how many rows in turn have a value, and have none. */
function presenceRuns() {
  const hash = createHash('sha256')
  const length = Buffer.alloc(8)
  let isPresent = true
  let run = 0
  let valueCount = 0
  const endRun = () => {
    length.writeBigUInt64LE(BigInt(run))
    hash.update(length)
    if (isPresent) valueCount += run
    isPresent = !isPresent
    run = 0
  }
  return {
    add(nulls: Uint8Array | undefined, start: number, end: number) {
      if (nulls === undefined) {
        if (!isPresent && end > start) endRun()
        run += end - start
        return
      }
      for (let row = start; row < end; row++) {
        if ((nulls[row] !== 1) !== isPresent) endRun()
        run += 1
      }
    },
    finish() {
      endRun()
      return { valueCount, sha256: hash.digest('hex') }
    },
  }
}
