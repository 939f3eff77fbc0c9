import { compressSync } from 'snappy'
import type { Codec } from './file/codec.js'

/** Pages compressed by Snappy, which every reader of Parquet knows; needs the package `snappy` (native, 7.4 or later). */
export const snappy: Codec = {
  name: 'SNAPPY',
  compress: (bytes) => compressSync(bytes),
}
