import { stat } from 'node:fs/promises'
import { truthKey, truthPrefix } from '@minilake/generator'
import {
  isInStore,
  type LocalFile,
  localFile,
  localFiles,
  publish,
  type PublishedObject,
  type PublishProgress,
  type PublishReport,
} from '@minilake/ingest'
import { type Table, tablePrefix } from '@minilake/schema'
import { ingestIcebergFiles } from '../iceberg/ingest-files.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import type { LakeBackend } from '../lake-backend.js'
import { namedKeys } from '../replace/named-keys.js'
import { type ChangeableLake, settleIntents } from '../replace/settle-intents.js'
import type { ChangeNotes } from '../replace/settled-change.js'
import { recordFiles } from '../replace/record-files.js'
import { UsageError } from '../usage-error.js'
import { hasRows } from '../files/has-rows.js'
import { importsOf } from '../files/imports-of.js'
import { checkDataFile, localFooter } from './check-data-file.js'
import { type CreateOnceFinding, type CreateOnceProbe, createOnceProbe } from './create-once.js'
import { type ReadBack, readBack } from './read-back.js'

/** What became of data files. The counts are of data files; a problem with a truth file is reported with theirs. */
export interface IngestReport extends PublishReport {
  /** Truth files written: published or replaced. */
  truths: number
  /** The result of `verify`. */
  readBack?: ReadBack
}

/** How to publish data files. */
export interface IngestFilesOptions extends ChangeNotes {
  /** Replace objects that have other content. Default false. */
  overwrite?: boolean
  signal: AbortSignal
  /** Called once, before the first write to a bucket, with what the bucket does when writers race for a key. */
  onCreateOnce?: (finding: CreateOnceFinding) => void
  /** Called after each data file. */
  onObject?: (object: PublishedObject) => void
  /** Called while bytes are sent; truth files count too. */
  onProgress?: (progress: PublishProgress) => void
}

/** How to publish the data files of a folder. */
export interface IngestFolderOptions extends IngestFilesOptions {
  /** Read published files back and compare them: a sample of ten, or all; not those of Iceberg tables, which `verify` compares. Default: none. */
  verify?: 'sample' | 'all'
}

type Lake = Pick<LakeBackend, 'tables' | 'shapeDifference'> &
  ChangeableLake &
  Partial<Pick<LakeBackend, 'profile' | 'servers'>>

/**
 * Publishes the data files of a folder, each followed by its truth. A stored file with the same rows is unchanged, also with other bytes:
 * it keeps its truth, which describes its bytes. `tables` are those of the files (default: all of the lake). Throws a UsageError when there
 * is none.
 */
export async function ingestFolder(
  folder: string,
  lake: Lake,
  { verify, ...options }: IngestFolderOptions & { tables?: readonly Table[] },
): Promise<IngestReport> {
  if (verify !== undefined && !['sample', 'all'].includes(verify))
    throw new TypeError(`verify expected 'sample' or 'all', got ${String(verify)}`)
  await checkFolder(folder)
  const inStore: string[] = []
  const withOtherBytes = new Set<string>()
  const iceberg = lake.tables.filter((table) => isIceberg(lake, table))
  const { report, fileCount } = await ingest(folder, localFiles(folder), lake, {
    withOtherBytes,
    ...options,
    onObject: (object) => {
      const isFile = !isOf(iceberg, object.key) // else its rows are in a table, and no file of its key is in the store
      if (isFile && isInStore(object) && !withOtherBytes.has(object.key)) inStore.push(object.key)
      options.onObject?.(object)
    },
  })
  if (fileCount === 0) {
    throw new UsageError(
      `nothing to ingest: ${folder}/ has no data file (minilake generate --out ${folder} writes some, and so does minilake import --out ${folder})`,
    )
  }
  if (verify === undefined) return report
  const { signal } = options
  return {
    ...report,
    readBack: await readBack(inStore.sort(), { folder, store: lake.store, extent: verify, signal }),
  }
}

/** Publishes data files of a folder, each followed by its truth. `probe` asks the bucket how it treats racing writers. */
export async function ingestFiles(
  folder: string,
  files: readonly LocalFile[],
  lake: Lake,
  { probe, ...options }: IngestFilesOptions & { probe: CreateOnceProbe },
): Promise<IngestReport> {
  return (await ingest(folder, files, lake, options, probe)).report
}

async function ingest(
  folder: string,
  files: Iterable<LocalFile> | AsyncIterable<LocalFile>,
  lake: Lake,
  {
    overwrite = false,
    withOtherBytes = new Set<string>(),
    tables = lake.tables,
    signal,
    onWait,
    onSettled,
    onCreateOnce,
    onObject,
    onProgress,
  }: IngestFilesOptions & { withOtherBytes?: Set<string>; tables?: readonly Table[] },
  probe = createOnceProbe(lake.store, { signal, onFinding: onCreateOnce }),
): Promise<{ report: IngestReport; fileCount: number }> {
  const { store, shapeDifference } = lake
  const outcomes = new Map<string, PublishedObject>()
  const withTruth = new Set<string>()
  let truths = 0
  const count = (object: PublishedObject) => {
    const { key, outcome } = object
    if (isTruth(key)) {
      if (outcome === 'published' || outcome === 'replaced') truths += 1
      return
    }
    if (outcome !== 'unchanged' || !outcomes.has(key)) outcomes.set(key, object)
    onObject?.(object)
  }
  const publishAll = (next: typeof files) =>
    publish(next, store, {
      overwrite,
      signal,
      check: async (file) => {
        if (!isTruth(file.key)) {
          const table = lake.tables.find((candidate) => file.key.startsWith(tablePrefix(candidate)))
          const difference = table && (await shapeDifference(table))
          if (difference !== undefined) throw new Error(difference)
          await checkDataFile(lake.tables, file)
        }
        await probe()
      },
      isSameContent: async ({ key, path, size }, stored) => {
        if (isTruth(key)) return false
        const footer = await localFooter(path)
        const { rowsSha256, createdBy } = footer
        if (rowsSha256 === undefined) return false
        if (!(await hasRows(stored, { size, rowsSha256, createdBy, imports: importsOf(footer) }, store)))
          return false
        withOtherBytes.add(key)
        return true
      },
      sidecar: async (done) => {
        const { key, outcome } = done
        const truth = isInStore(done) ? await localFile(folder, truthKey(key)) : undefined
        if (truth) withTruth.add(key)
        if (withOtherBytes.has(key)) return undefined
        if (!truth && outcome === 'replaced') await store.remove(truthKey(key)) // it described the old content
        return truth
      },
      onObject: count,
      ...(onProgress && { onProgress }),
    })

  const reports: PublishReport[] = []
  const iceberg = tables.filter((table) => isIceberg(lake, table))
  const ofIceberg = new Map<Table, LocalFile[]>(iceberg.map((table) => [table, []]))
  for (let next = iceberg.length > 0 ? apart(files, ofIceberg) : files; ;) {
    await settleIntents(tables, lake, { signal, onWait, onSettled })
    reports.push(await publishAll(next))
    // A change that began meanwhile may remove these files, or take them back: once it has ended, they are published again if need be.
    const found = [...outcomes.values()].filter(isInStore).map(({ key }) => key)
    const named = await namedKeys(store, found)
    if (named.length === 0) break
    for (const key of named) withOtherBytes.delete(key)
    const again = await Promise.all(named.map((key) => localFile(folder, key)))
    next = again.filter((file) => file !== undefined)
  }
  const inStore = [...outcomes.values()].filter(isInStore).map(({ key }) => key)
  await recordFiles(
    inStore.filter((key) => !withTruth.has(key)),
    store,
    signal,
  )
  const how = { folder, overwrite, signal, onObject: count }
  for (const [table, some] of ofIceberg) reports.push(...(await ingestIcebergFiles(table, lake, some, how)))
  reports.push(troublesOf([...outcomes.values()].filter(({ key }) => isOf(iceberg, key))))
  const report = { ...sumOf(reports), ...countsOf([...outcomes.values()]), truths }
  return { report, fileCount: outcomes.size }
}

/** The files of no Iceberg table; those of Iceberg tables are put aside. */
async function* apart(
  files: Iterable<LocalFile> | AsyncIterable<LocalFile>,
  aside: ReadonlyMap<Table, LocalFile[]>,
): AsyncGenerator<LocalFile> {
  for await (const file of files) {
    const [, some] = [...aside].find(([table]) => isOf([table], file.key)) ?? []
    if (some) some.push(file)
    else yield file
  }
}

function isOf(tables: readonly Table[], key: string): boolean {
  return tables.some((table) => key.startsWith(tablePrefix(table)))
}

function troublesOf(objects: readonly PublishedObject[]): PublishReport {
  const of = (wanted: PublishedObject['outcome']) => objects.filter(({ outcome }) => outcome === wanted)
  return {
    ...countsOf(objects),
    bytes: [...of('published'), ...of('replaced')].reduce((total, { size }) => total + size, 0),
    partsResumed: 0,
    conflicts: of('conflict'),
    unverifiable: [],
    failures: of('failed'),
  }
}

function sumOf(reports: readonly PublishReport[]) {
  const sum = (numberOf: (report: PublishReport) => number) =>
    reports.reduce((total, report) => total + numberOf(report), 0)
  return {
    bytes: sum(({ bytes }) => bytes),
    partsResumed: sum(({ partsResumed }) => partsResumed),
    conflicts: reports.flatMap(({ conflicts }) => conflicts),
    unverifiable: reports.flatMap(({ unverifiable }) => unverifiable),
    failures: reports.flatMap(({ failures }) => failures),
  }
}

function countsOf(objects: readonly PublishedObject[]) {
  const of = (wanted: PublishedObject['outcome']) => objects.filter(({ outcome }) => outcome === wanted)
  return {
    published: of('published').length,
    replaced: of('replaced').length,
    unchanged: of('unchanged').length,
    unchangedByCrc: of('unchanged').filter(({ comparedBy }) => comparedBy === 'CRC').length,
  }
}

function isTruth(key: string): boolean {
  return key.startsWith(truthPrefix)
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) return
  throw new UsageError(
    found
      ? `ingest expected a folder, got the file ${folder}`
      : `nothing to ingest: there is no folder ${folder} (minilake generate --out ${folder} creates it, and so does minilake import --out ${folder})`,
  )
}
