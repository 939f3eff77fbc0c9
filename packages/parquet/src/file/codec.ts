const codecNames = ['SNAPPY', 'GZIP', 'ZSTD'] as const

/** Compresses the pages of a file. */
export interface Codec {
  /** The name that Parquet has for the format of the compressed bytes. */
  readonly name: (typeof codecNames)[number]
  compress(bytes: Uint8Array): Uint8Array
}

/** Throws a TypeError for a codec that cannot compress, or whose name readers do not know. */
export function checkCodec(codec: unknown): void {
  if (typeof codec !== 'object' || codec === null)
    throw new TypeError(`codec expected { name, compress }, got ${JSON.stringify(codec)}`)
  const { name, compress }: { name?: unknown; compress?: unknown } = codec
  if (!codecNames.some((known) => known === name))
    throw new TypeError(`codec expected a name of ${codecNames.join(', ')}, got ${JSON.stringify(name)}`)
  if (typeof compress !== 'function')
    throw new TypeError(`codec ${String(name)} expected compress to be a function, got ${typeof compress}`)
}
