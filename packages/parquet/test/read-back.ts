import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBDateValue, DuckDBInstance, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api'
import { parquetReadObjects } from 'hyparquet'
import type { StoredValue } from './every-type.js'

/** Joins the chunks of a file. */
export function bytesOf(chunks: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([...chunks]))
}

/** Bytes as hyparquet's AsyncBuffer. */
export function fileOf(bytes: Uint8Array): {
  byteLength: number
  slice(start: number, end?: number): ArrayBuffer
} {
  const { buffer } = new Uint8Array(bytes)
  return { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) }
}

/** The rows of a Parquet file as hyparquet reads them, in the file's own units. */
export async function readWithHyparquet(bytes: Uint8Array): Promise<StoredValue[][]> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const rows = await parquetReadObjects({
    file: fileOf(bytes),
    parsers: {
      timestampFromMicroseconds: (micros) => micros,
      dateFromDays: (days) => days,
      stringFromBytes: (text: Uint8Array | undefined) => text && utf8.decode(text),
    },
  })
  return rows.map((row) => Object.values(row).map((value: StoredValue | undefined) => value ?? null))
}

/** Reads Parquet files with DuckDB. */
export interface DuckDbReader {
  /** The rows of a Parquet file, in the file's own units. */
  read(bytes: Uint8Array): Promise<StoredValue[][]>
  /** The rows of a query on a Parquet file, which the query calls FILE. */
  query(sql: string, bytes: Uint8Array): Promise<DuckDBValue[][]>
  close(): Promise<void>
}

/** Opens DuckDB, with a temporary folder for the files. */
export async function openDuckDbReader(): Promise<DuckDbReader> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-parquet-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  let files = 0
  const query = async (sql: string, bytes: Uint8Array) => {
    files += 1
    const path = join(folder, `${files}.parquet`)
    await writeFile(path, bytes)
    const file = `read_parquet('${path.replaceAll('\\', '/').replaceAll("'", "''")}')`
    const rows = await (await connection.run(sql.replace('FILE', () => file))).getRows()
    await rm(path)
    return rows
  }
  return {
    query,
    read: async (bytes) => (await query('SELECT * FROM FILE', bytes)).map((row) => row.map(stored)),
    async close() {
      connection.closeSync()
      instance.closeSync()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function stored(value: DuckDBValue): StoredValue {
  if (value instanceof DuckDBTimestampValue) return value.micros
  if (value instanceof DuckDBDateValue) return value.days
  return value as StoredValue
}
