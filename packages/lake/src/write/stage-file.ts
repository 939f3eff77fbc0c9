import type { ByteStream, Identity } from '@minilake/ingest'
import { type EncodedChunks, encodeParquet } from '@minilake/parquet'
import type { PartitionedBatches } from '@minilake/partition'
import { dataFileKey, type Table } from '@minilake/schema'
import { dataFileEncoding } from '../data-file-encoding.js'
import { importsMetadata } from '../files/imports-of.js'

/** What a data file's rows are, once all its bytes have been written. */
export interface FileRows {
  /** Their identity, as in the file's footer. */
  rowsSha256(): string
  /** IDs of the imports that they come from. */
  imports: readonly string[]
}

/** Where data files wait until they get their names. */
export interface FileStage<Staged> {
  add(bytes: ByteStream, keyOf: (identity: Identity) => string, rows: FileRows): Promise<Staged>
}

const filePrefixes = ['import', 'write', 'merge', 'remove', 'rewrite'] as const

/** What a data file's name begins with: what wrote it. */
export type FilePrefix = (typeof filePrefixes)[number]

/** How many digits of the identity of its rows a file's name has: enough for any number of files. */
const nameDigits = 32

/** The key of a data file that is named by the identity of its rows. */
export function rowsKey(
  table: Table,
  {
    prefix,
    partition,
    rowsSha256,
  }: { prefix: FilePrefix; partition: Readonly<Record<string, string>>; rowsSha256: string },
): string {
  return dataFileKey(table, { name: `${prefix}-${rowsSha256.slice(0, nameDigits)}`, partition })
}

/** What a key says of its file if the file is named by its rows: what wrote it, and the first digits of their identity. */
export function parseRowsKey(key: string): { prefix: FilePrefix; digits: string } | undefined {
  const [, name, digits = ''] = /\/([a-z]+)-([0-9a-f]+)\.parquet$/.exec(key) ?? []
  const prefix = filePrefixes.find((candidate) => candidate === name)
  return prefix === undefined || digits.length !== nameDigits ? undefined : { prefix, digits }
}

/**
 * Encodes a data file and stages it, named by its rows, so that the same rows always give the same name, whatever version of the encoder
 * writes them. Memory is bounded by a row group.
 */
export async function stageFile<T extends Table, Staged>(
  table: T,
  { partition, batches }: Pick<PartitionedBatches<T>, 'partition' | 'batches'>,
  stage: FileStage<Staged>,
  { prefix, imports }: { prefix: FilePrefix; imports: readonly string[] },
): Promise<Staged> {
  const metadata = importsMetadata(imports)
  const file = withIdentity(encodeParquet(table, batches, { ...(await dataFileEncoding()), metadata }))
  const keyOf = () => rowsKey(table, { prefix, partition, rowsSha256: file.rowsSha256() })
  return stage.add(file.chunks, keyOf, { rowsSha256: file.rowsSha256, imports })
}

/** The chunks of a file, and the identity of its rows, which is known once all chunks have been pulled. */
function withIdentity(encoded: EncodedChunks): { chunks: EncodedChunks; rowsSha256: () => string } {
  let rowsSha256: string | undefined
  const chunks = (function* (): EncodedChunks {
    const file = yield* encoded
    rowsSha256 = file?.rowsSha256
    return file
  })()
  return {
    chunks,
    rowsSha256: () => {
      if (rowsSha256 === undefined) throw new Error('expected the whole file to be encoded')
      return rowsSha256
    },
  }
}
