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
import type { Table } from '@minilake/schema'
import { mappedInOrder } from '../files/mapped-in-order.js'
import type { LakeBackend, LakeStore } from '../lake-backend.js'
import { isTableGone } from '../register/is-table-gone.js'
import type { IcebergFile } from './iceberg-file.js'
import { removeStagedRuns, stagedRuns } from './staged-runs.js'

/** The part of a lake that Iceberg tables need. */
export type IcebergLake = Pick<LakeBackend, 'store' | 'servers'>

/** Opens the Trino of a lake for `work`, and closes it afterwards. Rejects with an Error in one sentence if its table is not registered. */
export async function withTrino<R>(
  { servers }: IcebergLake,
  work: (engine: TrinoEngine, servers: NonNullable<IcebergLake['servers']>) => Promise<R>,
): Promise<R> {
  if (servers === undefined) throw new TypeError('an Iceberg table expected a lake with Trino')
  const engine = await servers.openCatalogEngine()
  try {
    return await work(engine, servers)
  } catch (cause) {
    if (!isTableGone(cause)) throw cause
    throw new Error(`${(cause as Error).message}: minilake catalog --profile stack registers the table`, {
      cause,
    })
  } finally {
    await engine.close()
  }
}

/**
 * Uploads data files below `_staging/`, where no table has its files, and runs `work` with a staging table that reads them. Both are removed
 * when `work` has ended or failed. If Trino's answer was lost or was not waited for, it may still be at work with them, so they stay: a later
 * call for the table removes what is older than 24 hours, by the store's clock.
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
      const { abandoned } = await stagedRuns(store, `${stagingPrefix}${table.name}/`)
      const others = abandoned.filter(({ id }) => id !== staging)
      await removeStagedRuns(others, { engine, store, signal })
      await createSchema(engine, location)
      isOver = false
      await engine.execute(createStaging(table, staging, { location }))
      const result = await work(engine, {
        staging,
        keyDigits: [...new Set(files.map((file) => file.keyDigits))],
        partitions: files.map(({ partition }) => partition),
      })
      isOver = true
      return result
    } catch (error) {
      isOver ||= !signal.aborted && !isUnanswered(error)
      throw error
    } finally {
      // What cannot be removed now counts for nothing, and is removed later.
      if (isOver) await remove().catch(() => undefined)
    }
  })
}

/** Whether Trino's answer was lost, or there was none. */
function isUnanswered(error: unknown): boolean {
  if (error instanceof QueryError) return error.errorName === undefined
  return error instanceof Error && isUnanswered(error.cause)
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
