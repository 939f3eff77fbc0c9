import { truthKey } from '@minilake/generator'
import {
  type LocalFile,
  localFile,
  type ObjectStore,
  publish,
  type PublishedObject,
  type PublishReport,
} from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { appendFiles, type AppendOutcome } from './append-files.js'
import { type IcebergFile, icebergFile } from './iceberg-file.js'
import type { IcebergLake } from './with-staging.js'

/** Most files that one statement adds: a run that is interrupted has added those before. */
const filesPerStatement = 50

/**
 * Adds data files of a folder to an Iceberg table, followed by their truth. The table is created if need be; all files fail if the catalog has
 * another one of its name. Files that were added together become visible together. Calls `onObject` for each file, and for each truth.
 * Resolves with the reports of the truths.
 */
export async function ingestIcebergFiles(
  table: Table,
  lake: IcebergLake & Pick<LakeBackend, 'registerTables'>,
  files: readonly LocalFile[],
  {
    folder,
    overwrite,
    signal,
    onObject,
  }: { folder: string; overwrite: boolean; signal: AbortSignal; onObject: (object: PublishedObject) => void },
): Promise<PublishReport[]> {
  const reports: PublishReport[] = []
  if (files.length === 0) return reports
  const { differences } = await lake.registerTables([table], { signal })
  if (differences.length > 0) {
    const reason = differences.join('; ')
    for (const { key } of files)
      onObject({ key, outcome: 'failed', size: 0, reason, error: new Error(reason) })
    return reports
  }
  for (let start = 0; start < files.length; start += filesPerStatement) {
    const sound: IcebergFile[] = []
    for (const file of files.slice(start, start + filesPerStatement)) {
      signal.throwIfAborted()
      try {
        sound.push(await icebergFile(table, file))
      } catch (error) {
        onObject({ key: file.key, outcome: 'failed', size: 0, reason: (error as Error).message, error })
      }
    }
    const outcomes = await appendFiles(table, lake, sound, { overwrite, signal })
    for (const { file } of sound) {
      const outcome = outcomes.get(file.key) ?? 'unchanged'
      const report = await publishTruth(file.key, { folder, outcome, store: lake.store, signal, onObject })
      if (report) reports.push(report)
      onObject(objectOf(table, file, outcome))
    }
  }
  return reports
}

function objectOf(table: Table, { key, size }: LocalFile, outcome: AppendOutcome): PublishedObject {
  const reason = `table ${table.name} has other rows of ${key}: remove them first, or overwrite them`
  return { key, outcome, size, ...(outcome === 'conflict' && { reason }) }
}

/** A truth describes the rows of its file: it goes where they are, also after a run that died before it. */
async function publishTruth(
  key: string,
  {
    folder,
    outcome,
    store,
    signal,
    onObject,
  }: {
    folder: string
    outcome: AppendOutcome
    store: ObjectStore
    signal: AbortSignal
    onObject: (object: PublishedObject) => void
  },
): Promise<PublishReport | undefined> {
  if (outcome === 'conflict') return undefined
  // The truth of the same rows from a file with other bytes stays.
  if (outcome === 'unchanged' && (await store.find(truthKey(key)))) return undefined
  const truth = await localFile(folder, truthKey(key))
  return truth && publish([truth], store, { overwrite: true, signal, onObject })
}
