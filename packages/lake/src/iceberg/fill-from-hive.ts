import { createHash } from 'node:crypto'
import type { TrinoEngine } from '@minilake/analytics/trino'
import {
  hiveRowsWithBatch,
  icebergAppendFrom,
  icebergRemoveBatches,
  icebergRowsPerBatch,
} from '@minilake/catalog'
import type { StoredObject } from '@minilake/ingest'
import { parsePartitionPath, type Table, tablePrefix } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { importsOf } from '../files/imports-of.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { storedFooter } from '../files/stored-footer.js'
import { dataFilesOf, type LakeStore } from '../lake-backend.js'
import { intentFolders } from '../replace/intent.js'
import { batchOf, keyDigits } from './batch.js'
import { type BatchChecks, type Change, recorded } from './change-record.js'
import { committed } from './committed.js'
import { rowsOfQuery } from './rows-of-query.js'

/** Most data files of one statement: each is named in it. */
const filesPerStatement = 500

/** Tables of a conversion. They differ in their names and formats only. */
export interface Conversion {
  /** The table by its own name, whose data files the Hive table reads. */
  table: Table
  /** The Hive table, by the name that it has at the moment. */
  hive: Table
  /** The Iceberg table, by the name that it has at the moment. */
  iceberg: Table
}

/** Where rows are put from one table into another. */
interface FilledLake {
  engine: TrinoEngine
  /** Where the data files are. */
  store: LakeStore
  /** The same, as who publishes sees it: it gets the records of changes. */
  records: LakeStore
  location: string
}

/**
 * Puts the rows of a Hive table's data files into an Iceberg table, partition by partition, each file once, with the batches that an ingest
 * of the files would give them. With `isExact`, rows of files that are no longer there go. Resolves with the ETags of the files by key.
 */
export async function fillFromHive(
  { table, hive, iceberg }: Conversion,
  { engine, store, records, location }: FilledLake,
  { isExact, signal }: { isExact: boolean; signal: AbortSignal },
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<string, Map<string, string>>() // batches by folder and key
  const checksOf = new Map<string, BatchChecks>() // by key
  const read = async (file: StoredObject) => ({ file, footer: await storedFooter(file, store) })
  const filled = new Map<string, string>()
  for await (const { file, footer } of mappedInOrder(dataFilesOf(table, store), read)) {
    signal.throwIfAborted()
    if (footer.rowCount === 0) continue
    filled.set(file.key, await file.etag())
    const identity = footer.rowsSha256 ?? (await contentSha256(file.key, store))
    const folder = wanted.get(folderOf(file.key)) ?? new Map<string, string>()
    const batch = batchOf(file.key, identity, importsOf(footer)[0])
    wanted.set(folderOf(file.key), folder.set(file.key, batch))
    const columns = footer.checks?.columns
    checksOf.set(file.key, { key: file.key, batch, rows: footer.rowCount, columns })
  }
  const there = (await rowsOfQuery(engine, icebergRowsPerBatch(iceberg), signal)).map(({ batch }) =>
    String(batch),
  )
  const all = new Set([...wanted.values()].flatMap((folder) => [...folder.values()]))
  const stale = isExact ? there.filter((batch) => !all.has(batch)) : []
  const change = (what: Change, statement: string) =>
    committed(table, { store: records, engine, rowsIn: iceberg, signal }, () =>
      recorded(table, records, what, {
        run: () => rowsOfQuery(engine, statement, signal),
        whole: () => what.adds.map(({ batch }) => batch),
      }),
    )
  for (let start = 0; start < stale.length; start += filesPerStatement)
    await change(
      { adds: [], takes: stale.slice(start, start + filesPerStatement) },
      icebergRemoveBatches(iceberg, stale.slice(start, start + filesPerStatement)),
    )
  const known = new Set(there.filter((batch) => !stale.includes(batch)).map((batch) => batch.slice(0, 16)))
  for (const [folder, batches] of wanted) {
    const partition = parsePartitionPath(folder.slice(tablePrefix(table).length))
    const missing = [...batches].filter(([key]) => !known.has(keyDigits(key)))
    for (let start = 0; start < missing.length; start += filesPerStatement) {
      const part = missing.slice(start, start + filesPerStatement)
      const rows = part.map(([key, batch]) => ({ path: `${location}${key}`, batch }))
      const keys = part.map(([key]) => keyDigits(key))
      const source = hiveRowsWithBatch(hive, partition, rows)
      const adds = part.flatMap(([key]) => checksOf.get(key) ?? [])
      const [added] = await change(
        { adds },
        icebergAppendFrom(iceberg, source, { keyDigits: keys, partitions: [partition] }),
      )
      const expected = adds.reduce((sum, each) => sum + each.rows, 0)
      if (Number(added?.['rows']) !== expected)
        throw new Error(
          `table ${table.name} was not converted: ${folder} has ${expected} rows in its data files, but Trino read ${String(added?.['rows'])} of them: if files were published or removed meanwhile, run it again; else see minilake doctor --deep`,
        )
    }
  }
  return filled
}

/** The SHA-256 of a data file of another program, which stands for the identity of its rows as in an ingest of it. */
async function contentSha256(key: string, store: LakeStore): Promise<string> {
  const known = (await store.find(key))?.sha256
  if (known !== undefined) return known
  const hash = createHash('sha256')
  for await (const bytes of await store.open(key)) hash.update(bytes)
  return hash.digest('hex')
}

/**
 * Whether the files whose rows were put into an Iceberg table are all there with the same content, and no process is about to remove or
 * replace one. There may be more files.
 */
export async function isAsFilled(
  table: Table,
  store: LakeStore,
  filled: ReadonlyMap<string, string>,
): Promise<boolean> {
  // The intents come first: a change that ends in between has left its files.
  if ((await intentFolders(store, tablePrefix(table))).length > 0) return false
  let there = 0
  for await (const file of dataFilesOf(table, store))
    if (filled.has(file.key) && filled.get(file.key) === (await file.etag())) there += 1
  return there === filled.size
}
