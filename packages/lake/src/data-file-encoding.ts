import { arch, platform } from 'node:os'
import type { EncodeOptions } from '@minilake/parquet'

/**
 * How data files are encoded: compressed by Snappy, as most engines do. It makes dictionaries half as large, which are three tenths
 * of a day of readings. Loaded when files are written, since it is native; throws an Error where it is not there.
 */
export async function dataFileEncoding(): Promise<EncodeOptions> {
  const { snappy } = await import('@minilake/parquet/snappy').catch((cause: unknown) => {
    throw new Error(
      `data files expected the package snappy with its part for ${platform()}-${arch()}, got none: install minilake again, optional packages included`,
      { cause },
    )
  })
  return { codec: snappy, reuseBuffers: true }
}
