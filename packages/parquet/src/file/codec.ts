const codecNames = ['SNAPPY', 'GZIP', 'ZSTD'] as const

/** How the pages of a file are compressed: Parquet's name of the codec, and what compresses bytes so. */
export interface Codec {
  readonly name: (typeof codecNames)[number]
  compress(bytes: Uint8Array): Uint8Array
}

/** Throws a TypeError for a codec that cannot compress, or under whose name no reader would know what to do. */
export function checkCodec(codec: unknown): void {
  if (typeof codec !== 'object' || codec === null)
    throw new TypeError(`codec expected { name, compress }, got ${JSON.stringify(codec)}`)
  const { name, compress } = codec as Readonly<Record<string, unknown>>
  if (!codecNames.some((known) => known === name))
    throw new TypeError(`codec expected a name of ${codecNames.join(', ')}, got ${JSON.stringify(name)}`)
  if (typeof compress !== 'function')
    throw new TypeError(`codec ${String(name)} expected compress to be a function, got ${typeof compress}`)
}
