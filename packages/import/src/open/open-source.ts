import type { Table } from '@minilake/schema'
import type { DuckDb } from '../duckdb/open-duckdb.js'
import { openCsv } from './open-csv.js'
import { openNdjson } from './open-ndjson.js'
import { openParquet } from './open-parquet.js'
import type { OpenOptions, Source } from './source.js'
import type { FileFormat, SourceFile } from './source-file.js'

/** Matches a file's columns with a table's. Throws an Error if they do not fit. */
export async function openSource(
  table: Table,
  file: SourceFile,
  options: OpenOptions,
  db: DuckDb,
): Promise<Source> {
  return openers[file.format](table, file, options, db)
}

type Opener = (table: Table, file: SourceFile, options: OpenOptions, db: DuckDb) => Source | Promise<Source>

const openers: Record<FileFormat, Opener> = { csv: openCsv, ndjson: openNdjson, parquet: openParquet }
