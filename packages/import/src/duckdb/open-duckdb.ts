import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api'
import type Bindings from '@duckdb/node-bindings'
import type { Batch } from '@minilake/schema'
import { type DuckDbLimits, privateDuckDb } from './private-duckdb.js'
import { type ShortTexts, shortTexts, wordsPerText } from './short-texts.js'

type Buffer = Batch['columns'][string]

/** Up to 2,048 rows of a result, in memory of DuckDB that is valid until the next chunk is requested. */
export interface Chunk {
  readonly rowCount: number
  /**
   * Copies a column, whose DuckDB type must be that of the buffer's entries, into a buffer from `at` on, and marks its nulls in
   * a mask. True if there are any.
   */
  copy(index: number, target: { buffer: Buffer; nulls: Uint8Array; at: number }): boolean
  /** The values of a SMALLINT column without nulls. */
  smallInts(index: number): Int16Array
}

/** An in-process DuckDB that reads files. */
export interface DuckDb {
  /** A folder for temporary files. `close` removes it. */
  readonly folder: string
  /** The rows of a small result, with 64-bit integers as bigint and lists as arrays. */
  rows(sql: string): Promise<unknown[][]>
  /** The rows of a large result in order, with a few MiB of memory. `done` runs after the last row, in the same transaction. */
  stream(
    sql: string,
    options: { signal?: AbortSignal | undefined; done?: () => Promise<void> },
  ): AsyncGenerator<Chunk>
  close(): Promise<void>
}

/** Opens DuckDB in time zone UTC. It never loads or downloads extensions. */
export async function openDuckDb(limits: DuckDbLimits = {}): Promise<DuckDb> {
  const duckDb = await privateDuckDb(limits)
  const { default: bindings } = await import('@duckdb/node-bindings')
  const connection = await duckDb.instance.connect()
  // With the default of 1 MB, only one thread would read, as the buffer has no room for the rows of others.
  await connection.run(`SET streaming_buffer_size = '16MB'`)
  const texts = shortTexts()
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS()

  return {
    folder: duckDb.folder,
    rows,
    async *stream(sql, { signal, done }) {
      const interrupt = () => connection.interrupt()
      signal?.throwIfAborted()
      signal?.addEventListener('abort', interrupt)
      let isWhole = false
      let next: Promise<DuckDBDataChunk | null> = Promise.resolve(null)
      await connection.run('BEGIN')
      try {
        const result = await connection.stream(sql)
        next = result.fetchChunk()
        for (;;) {
          const chunk = await next
          signal?.throwIfAborted()
          if (chunk === null || chunk.rowCount === 0) break
          next = result.fetchChunk() // fetch the next chunk while the consumer works on this one
          yield chunkOf(chunk, bindings, texts)
        }
        // After an error, a stream ends as if it were complete, but the transaction is then aborted and rejects this.
        await connection.run('SELECT 1')
        isWhole = true
        await done?.()
      } catch (error) {
        signal?.throwIfAborted()
        if (isWhole || !/transaction is aborted/i.test(String(error))) throw error
        await connection.run('ROLLBACK')
        await connection.run('BEGIN')
        await connection.run(`SELECT count(COLUMNS(*)) FROM (${sql})`) // fails again, this time with the reason
        throw error
      } finally {
        signal?.removeEventListener('abort', interrupt)
        await next.catch(() => {}) // its error has been thrown above, or the consumer has left
        await connection.run('ROLLBACK').catch(() => {}) // nothing was written; after an error the transaction may be closed already
      }
    },
    async close() {
      connection.closeSync()
      await duckDb.close()
    },
  }
}

function chunkOf(chunk: DuckDBDataChunk, bindings: typeof Bindings, texts: ShortTexts): Chunk {
  const { rowCount } = chunk
  const vector = (index: number) => bindings.data_chunk_get_vector(chunk.chunk, index)
  const bytes = (index: number, rowBytes: number) =>
    bindings.vector_get_data(vector(index), rowCount * rowBytes)
  const copyNulls = (index: number, nulls: Uint8Array, at: number) => {
    const mask = bindings.vector_get_validity(
      vector(index),
      Math.ceil(rowCount / 64) * 8,
    ) as Uint8Array | null
    if (mask === null) return false
    let hasNull = false
    for (let row = 0; row < rowCount; row++) {
      const bits = mask[row >> 3] as number
      if (bits === 0xff)
        row |= 7 // skip eight values that are not null
      else if (((bits >> (row & 7)) & 1) === 0) {
        nulls[at + row] = 1
        hasNull = true
      }
    }
    return hasNull
  }
  return {
    rowCount,
    smallInts: (index) => {
      const { buffer, byteOffset } = bytes(index, 2)
      return new Int16Array(buffer, byteOffset, rowCount)
    },
    copy: (index, { buffer, nulls, at }) => {
      const hasNull = copyNulls(index, nulls, at)
      if (Array.isArray(buffer)) {
        const { buffer: memory, byteOffset } = bytes(index, wordsPerText * 4)
        const words = new Uint32Array(memory, byteOffset, rowCount * wordsPerText)
        let vector: DuckDBVector | undefined // as most texts are known, it is seldom needed
        for (let row = 0; row < rowCount; row++) {
          const word = row * wordsPerText
          if (nulls[at + row] === 1) buffer[at + row] = ''
          else {
            buffer[at + row] =
              texts.find(words, word) ??
              texts.keep(words, word, (vector ??= chunk.getColumnVector(index)).getItem(row) as string)
          }
        }
      } else {
        const { BYTES_PER_ELEMENT: size, byteOffset } = buffer
        new Uint8Array(buffer.buffer, byteOffset + at * size, rowCount * size).set(bytes(index, size))
      }
      return hasNull
    },
  }
}

/** The first line of a DuckDB error: the reason, without its advice. */
export function duckDbReason(cause: unknown): string {
  const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
  return line
}
