import { freeSql, type Query } from '@minilake/analytics'
import { planFiles, type SimulatedTable, simulatedTables } from '@minilake/generator'
import type { ReadingFile } from '@minilake/import'
import { folderStore } from '@minilake/ingest'
import { type Column, describeValue, type Table } from '@minilake/schema'
import { checkOptions } from './check-options.js'
import { checkTable, checkTables, droppedTable } from './check-table.js'
import { cleanLake } from './clean/clean-lake.js'
import { checkLake } from './doctor/check-lake.js'
import { convertedTable, dropConverted } from './drop/drop-converted.js'
import { dropTable } from './drop/drop-table.js'
import { namingFiles } from './files/file-failure.js'
import { type FileTarget, openTarget } from './generate/file-target.js'
import { listFiles } from './files/list-files.js'
import { hasLabels } from './generate/find-labels.js'
import { findSimulation } from './generate/find-simulation.js'
import { generateFiles } from './generate/generate-files.js'
import { icebergVerbs } from './iceberg/iceberg-verbs.js'
import { historyMoment, momentOfSql, queryAt } from './iceberg/query-at.js'
import { removeIcebergRows } from './iceberg/remove-rows.js'
import { importFiles } from './import/import-files.js'
import { filesOfIceberg, isIceberg, rewriteOfIceberg } from './iceberg/is-iceberg.js'
import { verifyIceberg } from './iceberg/verify-iceberg.js'
import { createOnceProbe } from './ingest/create-once.js'
import { ingestFolder } from './ingest/ingest-folder.js'
import { ingestWatching } from './ingest/ingest-watch.js'
import type { GenerateOptions, Lake } from './lake.js'
import type { QueryOptions } from './query-options.js'
import type { LakeBackend } from './lake-backend.js'
import { methodOptions } from './method-options.js'
import { enginePool } from './open/engine-pool.js'
import type { DuckDbLimits } from './open/duckdb-limits.js'
import { type BucketOptions, storeOptions } from './open/bucket-options.js'
import { untilReady } from './open/until-ready.js'
import { tableQuality } from './quality/table-quality.js'
import { removeData } from './remove/remove-data.js'
import { tableReport } from './report/table-report.js'
import { rewriteTable } from './rewrite/rewrite-table.js'
import { lakeStatus } from './status/lake-status.js'
import { streamKafka } from './stream/stream-kafka.js'
import { UsageError } from './usage-error.js'
import { appendRows } from './write/append-rows.js'
import { verifyFiles } from './verify/verify-files.js'
import { publishStaged } from './write/publish-staged.js'
import type { RowsTarget } from './write/rows-target.js'
import { withSpace } from './write/space-for-temporary-files.js'
import { writeRows } from './write/write-rows.js'

/** What a lake's methods need besides its backend. */
export interface LakeContext {
  /** The folder of data files that wait to be ingested. */
  out: string
  /** Resolves a relative path. */
  inCwd: (path: string) => string
  /** What the DuckDB that reads imported files may use. */
  duckDb: DuckDbLimits
  /** The S3 that `generate` with a `target` writes to. */
  s3: BucketOptions
}

/** Composes a lake from a backend and the verbs of this package. */
export function composeLake(backend: LakeBackend, { out, inCwd, duckDb, s3 }: LakeContext): Lake {
  const { tables } = backend
  const engines = enginePool(backend)
  let isClosed = false

  /** Throws for a closed lake and for wrong options; returns a signal, also when the caller has none. */
  const begin = (
    method: keyof typeof methodOptions,
    options: object & { signal?: AbortSignal | undefined; tables?: unknown },
  ) => {
    if (isClosed) throw new UsageError('the lake is closed: open it again with openLake')
    checkOptions(method, options, methodOptions[method])
    const { signal = new AbortController().signal } = options
    signal.throwIfAborted()
    return signal
  }

  return {
    profile: backend.profile,
    tables,
    out,
    get store() {
      return backend.store
    },

    async generate(table, simulation, options = {}) {
      const signal = begin('generate', options)
      const simulated = simulationOf(checkTable(tables, table))
      const plan = planFiles(simulated, simulation)
      const { out: _out, target: _target, onCreateOnce, ...more } = options
      const target = targetOf(options)
      if ('s3' in target) {
        const probe = createOnceProbe(await openTarget(target), { signal, onFinding: onCreateOnce })
        if ((await probe()) === 'check-then-write') target.s3.checkThenWrite = true
      }
      return generateFiles(plan, { ...more, labels: hasLabels(tables, simulated), target, signal })
    },

    async write(table, rows, given = {}) {
      const signal = begin('write', given)
      checkTable(tables, table)
      const options = { ...withTempFolder(given), duckDb, signal }
      return spaced(options, () =>
        publishStaged(table, backend, (target) => writeRows(table, rows, target, options), options),
      )
    },

    async import(table, files, given = {}) {
      const signal = begin('import', given)
      checkTable(tables, table)
      const options = { ...withTempFolder(given), duckDb, signal }
      const rejected = folderStore({ folder: out })
      const read = (data: RowsTarget) =>
        importFiles(table, resolved(files), { data, rejected }, { ...duckDb, ...options })
      return spaced(options, () => publishStaged(table, backend, read, options))
    },

    async stage(table, files, given = {}) {
      const signal = begin('stage', given)
      const { out: folder, ...options } = given
      checkTable(tables, table)
      const store = folderStore({ folder: outOr(folder) })
      const target = { data: appendRows(table, store, { signal }), rejected: store }
      const how = { ...duckDb, ...withTempFolder(options), signal }
      return spaced(how, () => importFiles(table, resolved(files), target, how))
    },

    async ingest(given = {}) {
      const signal = begin('ingest', given)
      const { folder, ...options } = given
      return ingestFolder(outOr(folder), backend, { ...options, signal })
    },

    async watch(given) {
      begin('watch', given)
      const { folder, ...options } = given
      return ingestWatching(outOr(folder), backend, options)
    },

    async stream(table, topic, given = {}) {
      const signal = begin('stream', given)
      checkTable(tables, table)
      return streamKafka(table, topic, backend, { ...duckDb, ...withTempFolder(given), signal })
    },

    async register(options = {}) {
      const signal = begin('register', options)
      const { tables: wanted = tables, onWait } = options
      return backend.registerTables(checkTables(tables, wanted), { signal, onWait })
    },

    async statements(options = {}) {
      begin('statements', options)
      return backend.catalogStatements(checkTables(tables, options.tables ?? tables))
    },

    files(table, options = {}) {
      const signal = begin('files', options)
      if (isIceberg(backend, checkTable(tables, table))) throw new UsageError(filesOfIceberg(table))
      return listFiles(table, backend.store, { ...options, signal })
    },

    query,

    async quality(table, options = {}) {
      begin('quality', options)
      return tableQuality(checkTable(tables, table), backend, query, options)
    },

    async verify(options = {}) {
      const signal = begin('verify', options)
      void backend.store // a wrong location is reported before an engine is asked
      const found = []
      for (const table of checkTables(tables, options.tables ?? tables)) {
        const verify = isIceberg(backend, table) ? verifyIceberg : verifyFiles
        const verification = await engines.use([table], (engine) => verify(table, backend, engine, signal))
        const { files, missing, withoutTruth, differences } = verification
        if (files + missing.length + withoutTruth.length + differences.length > 0) found.push(verification)
      }
      return found
    },

    async report(table, options = {}) {
      const signal = begin('report', options)
      return engines.use([checkTable(tables, table)], (engine) =>
        tableReport(table, backend, engine, { ...options, signal }),
      )
    },

    async status(options = {}) {
      return lakeStatus(backend, { out, signal: begin('status', options) })
    },

    async remove(table, options = {}) {
      const signal = begin('remove', options)
      checkTable(tables, table)
      return isIceberg(backend, table)
        ? removeIcebergRows(table, backend, { ...options, signal })
        : spaced({}, () => removeData(table, backend, { ...options, duckDb, signal }))
    },

    ...icebergVerbs(backend, engines, begin),

    async drop(table, options = {}) {
      const signal = begin('drop', options)
      const converted = convertedTable(backend, table)
      if (converted) return dropConverted(converted, backend, { ...options, signal })
      const dropped = await droppedTable(backend, table, { ...options, signal })
      return dropTable(dropped, backend, { ...options, signal })
    },

    async rewrite(table, given = {}) {
      const signal = begin('rewrite', given)
      const { tempFolder, ...options } = withTempFolder(given)
      const temp = tempFolder === undefined ? {} : { tempFolder }
      if (isIceberg(backend, checkTable(tables, table))) throw new UsageError(rewriteOfIceberg(table))
      const how = { ...options, duckDb: { ...duckDb, ...temp }, signal }
      return spaced(temp, () => rewriteTable(table, backend, how))
    },

    async clean(options = {}) {
      return cleanLake(backend, { ...options, out, signal: begin('clean', options) })
    },

    async doctor(options = {}) {
      return checkLake(backend, { ...options, signal: begin('doctor', options) })
    },

    async ready(options = {}) {
      const signal = begin('ready', options)
      return untilReady(backend, { timeoutSeconds: options.timeoutSeconds ?? 60, signal })
    },

    async close() {
      isClosed = true
      await engines.close()
    },
  }

  function query<R, C extends Readonly<Record<string, Column>>>(
    query: Query<R, C> | string,
    given: QueryOptions = {},
  ) {
    const signal = begin('query', given)
    const moment = historyMoment(given)
    const options = { tables: checkTables(tables, given.tables ?? tables), signal }
    const run = (asked: Query<R, C>) => namingFiles(engines.query(asked, options), backend, options.tables)
    if (typeof query === 'string') {
      if (moment) throw new TypeError(momentOfSql)
      return run(freeSql(query) as unknown as Query<R, C>)
    }
    if (!['string', 'function'].includes(typeof (query as Partial<Query<R, C>> | undefined)?.sql))
      throw new TypeError(`query expected a query or SQL text, got ${describeValue(query)}`)
    return moment ? queryAt(query, moment, { lake: backend, engines, ...options }) : run(query)
  }

  function targetOf({ out: folder, target }: GenerateOptions): FileTarget {
    if (target === undefined) return { folder: outOr(folder) }
    const location = target.endsWith('/') ? target : `${target}/`
    return { s3: storeOptions({ ...s3, location, locationName: '`target`' }) }
  }

  function withTempFolder<O extends { tempFolder?: string }>(options: O): O {
    const { tempFolder } = options
    return tempFolder === undefined ? options : { ...options, tempFolder: inCwd(tempFolder) }
  }

  /** Runs work that writes temporary files. */
  function spaced<T>(
    { tempFolder }: { tempFolder?: string | undefined },
    work: () => Promise<T>,
  ): Promise<T> {
    const tempFolders = [tempFolder, duckDb.tempFolder]
    const lakeFolders = [out, ...(backend.store.stage ? [backend.store.location] : [])]
    return withSpace({ tempFolders, lakeFolders }, work)
  }

  function outOr(folder: string | undefined): string {
    return folder === undefined ? out : inCwd(folder)
  }

  /** Files with their paths resolved. Throws a TypeError for anything but a list of at least one. */
  function resolved(files: readonly ReadingFile[]): ReadingFile[] {
    if (!Array.isArray(files) || files.length === 0)
      throw new TypeError(
        `import expected a list of files, such as ['readings.csv'], got ${describeValue(files)}`,
      )
    return files.map((file: ReadingFile) => (typeof file === 'string' ? inCwd(file) : file))
  }
}

function simulationOf(table: Table): SimulatedTable {
  const simulated = findSimulation(table)
  if (simulated) return simulated
  throw new TypeError(
    `table ${table.name} has no simulation: expected ${Object.keys(simulatedTables).join(' or ')}, as @minilake/schema defines them`,
  )
}
