import { type Batch, pump } from '@minilake/schema'
import { batchOf } from './every-type.js'

/** Rows of table pump, one second apart. */
export function pumpBatch(rowCount: number, first = 0): Batch<typeof pump> {
  return batchOf(
    pump,
    Array.from({ length: rowCount }, (_, row) => [BigInt(first + row) * 1_000_000n, 100 + row, 2, 1450]),
  )
}

/** Rows of table pump in which no value recurs: at least 24 bytes each. */
export function noisyBatch(rowCount: number): Batch<typeof pump> {
  const noise = () => Float64Array.from({ length: rowCount }, (_, row) => Math.sqrt(row + 2))
  return {
    rowCount,
    columns: {
      event_timestamp: new BigInt64Array(rowCount),
      pressure: noise(),
      velocity: noise(),
      speed: noise(),
    },
  }
}
