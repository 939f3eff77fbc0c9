/** How the pages of a file are compressed: Parquet's name of the codec, and what compresses bytes so. */
export interface Codec {
  readonly name: 'SNAPPY' | 'GZIP' | 'ZSTD'
  compress(bytes: Uint8Array): Uint8Array
}
