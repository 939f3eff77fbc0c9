import type { TrinoEngine } from '@minilake/analytics/trino'
import { dropStaging, stagingPrefix, stagingTable } from '@minilake/catalog'
import type { StoredObject } from '@minilake/ingest'
import { abandonedAfterHours } from '../ingest/abandoned-uploads.js'
import type { LakeStore } from '../lake-backend.js'
import { runningIn } from './until-ended.js'

/** The data files that one write has uploaded for an Iceberg table, below `_staging/<table>/<id>/`. */
export interface StagedRun {
  /** A UUID; the staging table in Trino is named after it. */
  id: string
  table: string
  files: StoredObject[]
}

/** What is below `_staging/`. */
export interface Staged {
  /** Runs whose last file is younger than 24 hours, by the store's clock: their processes may be at work. */
  young: StagedRun[]
  /** The others. */
  abandoned: StagedRun[]
  /** Objects that no minilake has written there. */
  strange: StoredObject[]
}

/** Looks at what is below `_staging/`, or below a longer key prefix. A store that does not tell its time has no abandoned runs. */
export async function stagedRuns(store: LakeStore, prefix: string = stagingPrefix): Promise<Staged> {
  const runs = new Map<string, StagedRun>()
  const strange: StoredObject[] = []
  for await (const object of store.list(prefix)) {
    const [table = '', id = '', name = '', ...more] = object.key.slice(stagingPrefix.length).split('/')
    if (!stagingId.test(id) || !stagedName.test(name) || more.length > 0) {
      strange.push(object)
      continue
    }
    const run = runs.get(id) ?? { id, table, files: [] }
    run.files.push(object)
    runs.set(id, run)
  }
  const now = runs.size > 0 ? (await store.now?.())?.getTime() : undefined
  const isAbandoned = ({ files }: StagedRun) => {
    const latest = Math.max(...files.map(({ modified }) => modified?.getTime() ?? Infinity))
    return now !== undefined && now - latest > abandonedAfterHours * 3_600_000
  }
  const all = [...runs.values()]
  return { young: all.filter((run) => !isAbandoned(run)), abandoned: all.filter(isAbandoned), strange }
}

/** Removes staging tables and files, except those that a statement in Trino reads at the moment. Resolves with the runs that went. */
export async function removeStagedRuns(
  runs: readonly StagedRun[],
  { engine, store, signal }: { engine: TrinoEngine; store: LakeStore; signal: AbortSignal },
): Promise<StagedRun[]> {
  const removed: StagedRun[] = []
  for (const run of runs) {
    const name = stagingTable(run.id)
    if ((await runningIn({ name }, engine, 'reads', signal)).length > 0) continue
    await engine.execute(dropStaging(run.id))
    for (const { key } of run.files) await store.remove(key)
    removed.push(run)
  }
  return removed
}

/** A batch and `.parquet`. */
const stagedName = /^[0-9a-f]{16}-[0-9a-f]{16}(-[^/]+)?\.parquet$/

const stagingId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
