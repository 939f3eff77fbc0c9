import { randomUUID } from 'node:crypto'
import { QueryError } from '@minilake/analytics'
import type { TrinoEngine } from '@minilake/analytics/trino'
import {
  createStaging,
  dropStaging,
  type StagedFiles,
  stagingPrefix,
  stagingSchemaStatement,
} from '@minilake/catalog'
import type { StoredObject } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { abandonedAfterHours } from '../ingest/abandoned-uploads.js'
import type { LakeBackend, LakeStore } from '../lake-backend.js'
import type { IcebergFile } from './iceberg-file.js'

/** The part of a lake that Iceberg tables need. */
export type IcebergLake = Pick<LakeBackend, 'store' | 'servers'>

/** Opens the Trino of a lake for `work`, and closes it afterwards. */
export async function withTrino<R>(
  { servers }: IcebergLake,
  work: (engine: TrinoEngine, servers: NonNullable<IcebergLake['servers']>) => Promise<R>,
): Promise<R> {
  if (servers === undefined) throw new TypeError('an Iceberg table expected a lake with Trino')
  const engine = await servers.openCatalogEngine()
  try {
    return await work(engine, servers)
  } finally {
    await engine.close()
  }
}

/**
 * Uploads data files below `_staging/`, where no table has its files, and runs `work` with a staging table that reads them. Both are removed
 * when `work` has ended or failed. If Trino's answer was lost or was not waited for, it may still be at work with them, so they stay: a later
 * call removes what is older than 24 hours, by the store's clock.
 */
export async function withStaging<R>(
  table: Table,
  lake: IcebergLake,
  files: readonly IcebergFile[],
  signal: AbortSignal,
  work: (engine: TrinoEngine, staged: StagedFiles) => Promise<R>,
): Promise<R> {
  const { store } = lake
  const staging = randomUUID()
  const folder = `${stagingPrefix}${table.name}/${staging}/`
  return withTrino(lake, async (engine, { location }) => {
    const keys: string[] = []
    const remove = async () => {
      await engine.execute(dropStaging(staging))
      for (const key of keys) await store.remove(key)
    }
    let isOver = true
    try {
      for await (const key of mappedInOrder(files, (file) => upload(file, folder, store, signal)))
        keys.push(key)
      await removeAbandoned(table, engine, store, folder)
      await createSchema(engine, location)
      await engine.execute(createStaging(table, staging, { location }))
      isOver = false
      const result = await work(engine, {
        staging,
        keyDigits: [...new Set(files.map((file) => file.keyDigits))],
        partitions: files.map(({ partition }) => partition),
      })
      isOver = true
      return result
    } catch (error) {
      isOver ||= !signal.aborted && !(error instanceof QueryError && error.errorName === undefined)
      throw error
    } finally {
      // What cannot be removed now counts for nothing, and is removed later.
      if (isOver) await remove().catch(() => undefined)
    }
  })
}

async function upload(
  { file, batch }: IcebergFile,
  folder: string,
  store: LakeStore,
  signal: AbortSignal,
): Promise<string> {
  const key = `${folder}${batch}.parquet`
  await store.write(key, file.bytes, { signal, reread: file, sha256: () => file.sha256() })
  return key
}

/** Two first writers may create the schema at once: the loser finds it there. */
async function createSchema(engine: TrinoEngine, location: string): Promise<void> {
  const create = () => engine.execute(stagingSchemaStatement({ location }))
  await create().catch(create)
}

/** Removes staging tables and files that were left behind. `own` is the folder of files that have just been uploaded: they tell the store's time. */
async function removeAbandoned(
  table: Table,
  engine: TrinoEngine,
  store: LakeStore,
  own: string,
): Promise<void> {
  const prefix = `${stagingPrefix}${table.name}/`
  const folders = new Map<string, StoredObject[]>()
  for await (const object of store.list(prefix)) {
    const folder = object.key.slice(0, object.key.indexOf('/', prefix.length) + 1)
    folders.set(folder, [...(folders.get(folder) ?? []), object])
  }
  const latest = (objects: readonly StoredObject[] = []) =>
    Math.max(...objects.map(({ modified }) => modified?.getTime() ?? Infinity))
  const now = latest(folders.get(own))
  for (const [folder, objects] of folders) {
    const id = folder.slice(prefix.length, -1)
    if (folder === own || !stagingId.test(id)) continue // strange files are not ours
    if (!(now - latest(objects) > abandonedAfterHours * 3_600_000)) continue
    await engine.execute(dropStaging(id))
    for (const { key } of objects) await store.remove(key)
  }
}

const stagingId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
