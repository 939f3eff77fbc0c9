import type { DuckDBDataChunk } from '@duckdb/node-api'
import type Bindings from '@duckdb/node-bindings'
import type { Batch } from '@minilake/schema'
import { type ShortTexts, shortTexts, wordsPerText } from './short-texts.js'

type Buffer = Batch['columns'][string]

/** Some rows of a result, up to 2,048; its memory is DuckDB's, until the next ones are taken. */
export interface Chunk {
  readonly rowCount: number
  /**
   * Copies a column, which must be of what a batch holds for the type, into a buffer; marks its nulls in a mask, if
   * there are some.
   */
  copy(index: number, target: { buffer: Buffer; nulls: Uint8Array; at: number }): boolean
  /** A SMALLINT column without nulls. */
  smallInts(index: number): Int16Array
}

/** DuckDB in this process, to read files with. */
export interface DuckDb {
  /** The rows of a small result, 64-bit integers as bigint, lists as arrays. */
  rows(sql: string): Promise<unknown[][]>
  /**
   * The rows of a large result in their order, in memory bounded by a few MiB; `done` runs after the last of them, in
   * the same transaction.
   */
  stream(
    sql: string,
    options: { signal?: AbortSignal | undefined; done?: () => Promise<void> },
  ): AsyncGenerator<Chunk>
  close(): void
}

/** Opens DuckDB with its time zone UTC; it never loads or fetches an extension. */
export async function openDuckDb(): Promise<DuckDb> {
  // 70 MB of native code, loaded when there is something to read.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const { default: bindings } = await import('@duckdb/node-bindings')
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    custom_extension_repository: 'extensions-are-never-fetched',
  })
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  // With the default of 1 MB, rows would be read by one thread only, since no more than the one that is asked for fits in.
  await connection.run(`SET streaming_buffer_size = '32MB'`)
  const texts = shortTexts()
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS()

  return {
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
          next = result.fetchChunk() // comes while this one is worked on
          yield chunkOf(chunk, bindings, texts)
        }
        // An error after a stream's first rows ends them as if there were no more, but the transaction knows.
        await connection.run('SELECT 1')
        isWhole = true
        await done?.()
      } catch (error) {
        signal?.throwIfAborted()
        if (isWhole || !/transaction is aborted/i.test(String(error))) throw error
        await connection.run('ROLLBACK')
        await connection.run('BEGIN')
        await connection.run(`SELECT count(COLUMNS(*)) FROM (${sql})`) // it fails again, and now says why
        throw error
      } finally {
        signal?.removeEventListener('abort', interrupt)
        await next.catch(() => {}) // what is wrong with it was told, or nobody waits for it
        await connection.run('ROLLBACK').catch(() => {}) // nothing was written; an aborted one may be gone already
      }
    },
    close: () => {
      connection.closeSync()
      instance.closeSync()
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
        row |= 7 // eight values that are there
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
        const vector = chunk.getColumnVector(index)
        for (let row = 0; row < rowCount; row++) {
          const word = row * wordsPerText
          buffer[at + row] =
            nulls[at + row] === 1
              ? ''
              : (texts.find(words, word) ?? texts.keep(words, word, vector.getItem(row) as string))
        }
      } else {
        const { BYTES_PER_ELEMENT: size, byteOffset } = buffer
        new Uint8Array(buffer.buffer, byteOffset + at * size, rowCount * size).set(bytes(index, size))
      }
      return hasNull
    },
  }
}
