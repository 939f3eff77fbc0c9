import { compressSync } from 'snappy'
import type { Codec } from './file/codec.js'

/**
 * Compresses pages with Snappy, which every Parquet reader supports. Needs the package `snappy` (native, 7.4 or later).
 *
 * @example
 * import { writeParquet } from '@minilake/parquet'
 * import { snappy } from '@minilake/parquet/snappy'
 *
 * await writeParquet('readings.parquet', { pressure: Float64Array.of(101.3, 101.4) }, { codec: snappy })
 */
export const snappy: Codec = {
  name: 'SNAPPY',
  compress: (bytes) => compressSync(bytes),
}
