import { platform, arch } from 'node:os'
import type { EncodeOptions } from '@minilake/parquet'

/**
 * How the lake's data files are encoded: with Snappy, as most engines write. It halves dictionaries, which are three tenths of a day
 * of readings. Snappy is native code, so it loads when files are written; throws an Error when it is not installed.
 */
export async function dataFileEncoding(): Promise<EncodeOptions> {
  const { snappy } = await import('@minilake/parquet/snappy').catch((cause: unknown) => {
    throw new Error(
      `writing data files needs the package snappy with its binary for ${platform()}-${arch()}, which is missing: reinstall minilake with optional packages`,
      { cause },
    )
  })
  return { codec: snappy, reuseBuffers: true }
}
