import { isDeepStrictEqual } from 'node:util'
import { freeSql, type Query } from '@minilake/analytics'
import { planFiles, type SimulatedTable, simulatedTables } from '@minilake/generator'
import { folderStore } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { cleanLake } from './clean/clean-lake.js'
import { checkLake } from './doctor/check-lake.js'
import { type FileTarget, openTarget } from './generate/file-target.js'
import { findSimulation } from './generate/find-simulation.js'
import { generateFiles } from './generate/generate-files.js'
import { importFiles } from './import/import-files.js'
import { createOnceProbe } from './ingest/create-once.js'
import { ingestFolder } from './ingest/ingest-folder.js'
import { ingestWatching } from './ingest/ingest-watch.js'
import type { GenerateOptions, Lake } from './lake.js'
import { dataFilesOf, type LakeBackend } from './lake-backend.js'
import { suggestion } from './nearest-name.js'
import { enginePool } from './open/engine-pool.js'
import type { DuckDbLimits } from './open/duckdb-limits.js'
import { type StackOptions, storeOptions } from './open/stack-lake.js'
import { untilReady } from './open/until-ready.js'
import { lakeStatus } from './status/lake-status.js'
import { UsageError } from './usage-error.js'
import { verifyTable } from './verify/verify-table.js'
import { publishStaged } from './write/publish-staged.js'
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
  s3: Pick<StackOptions, 'endpoint' | 'region' | 'keys'>
}

/** Composes a lake from a backend and the verbs of this package. */
export function composeLake(backend: LakeBackend, { out, inCwd, duckDb, s3 }: LakeContext): Lake {
  const { tables } = backend
  const engines = enginePool(backend)
  let isClosed = false

  /** Throws when the lake is closed; gives a signal where the caller has none. */
  const begin = ({ signal = new AbortController().signal }: { signal?: AbortSignal | undefined } = {}) => {
    if (isClosed) throw new UsageError('the lake is closed: open it again with openLake')
    signal.throwIfAborted()
    return signal
  }
  const verifiable = () => tables.flatMap((table) => findSimulation(table) ?? [])

  return {
    profile: backend.profile,
    tables,
    out,
    get store() {
      return backend.store
    },

    async generate(table, simulation, options = {}) {
      const signal = begin(options)
      const plan = planFiles(simulationOf(checkTable(tables, table)), simulation)
      const { out: _out, target: _target, onCreateOnce, ...more } = options
      const target = targetOf(options)
      if ('s3' in target) {
        const probe = createOnceProbe(await openTarget(target), { signal, onFinding: onCreateOnce })
        if ((await probe()) === 'check-then-write') target.s3.checkThenWrite = true
      }
      return generateFiles(plan, { ...more, target, signal })
    },

    async write(table, rows, { tempFolder, onCreateOnce, ...options } = {}) {
      const signal = begin(options)
      checkTable(tables, table)
      return publishStaged(table, backend, (store) => writeRows(table, rows, store, { ...options, signal }), {
        signal,
        ...(tempFolder !== undefined && { tempFolder: inCwd(tempFolder) }),
        ...(onCreateOnce && { onCreateOnce }),
      })
    },

    async import(table, files, { onCreateOnce, tempFolder: folder, ...options } = {}) {
      const signal = begin(options)
      checkTable(tables, table)
      const rejected = folderStore({ folder: out })
      const temp = folder === undefined ? {} : { tempFolder: inCwd(folder) }
      return publishStaged(
        table,
        backend,
        (data) =>
          importFiles(
            table,
            files.map(resolved),
            { data, rejected },
            { ...duckDb, ...options, ...temp, signal },
          ),
        { signal, ...temp, ...(onCreateOnce && { onCreateOnce }) },
      )
    },

    async stage(table, files, { out: folder, tempFolder, ...options } = {}) {
      const signal = begin(options)
      checkTable(tables, table)
      const store = folderStore({ folder: outOr(folder) })
      const folders = { data: store, rejected: store }
      const temp = tempFolder === undefined ? {} : { tempFolder: inCwd(tempFolder) }
      return importFiles(table, files.map(resolved), folders, { ...duckDb, ...options, ...temp, signal })
    },

    async ingest({ folder, ...options } = {}) {
      const signal = begin(options)
      return ingestFolder(outOr(folder), backend, { ...options, signal })
    },

    async watch({ folder, ...options }) {
      begin()
      return ingestWatching(outOr(folder), backend, options)
    },

    async register({ tables: wanted = tables, signal } = {}) {
      const given = begin({ signal })
      return backend.registerTables(checkTables(tables, wanted), { signal: given })
    },

    async statements({ tables: wanted = tables } = {}) {
      begin()
      return backend.catalogStatements(checkTables(tables, wanted))
    },

    files(table) {
      begin()
      return dataFilesOf(checkTable(tables, table), backend.store)
    },

    query<R>(
      query: Query<R> | string,
      { tables: wanted = tables, signal }: { tables?: readonly Table[]; signal?: AbortSignal } = {},
    ) {
      const options = { tables: checkTables(tables, wanted), signal: begin({ signal }) }
      return engines.query(typeof query === 'string' ? (freeSql(query) as Query<R>) : query, options)
    },

    async verify({ tables: wanted, signal: given } = {}) {
      const signal = begin({ signal: given })
      const simulated = wanted?.map((table) => simulationOf(checkTable(tables, table))) ?? verifiable()
      const found = []
      for (const table of simulated) {
        const verification = await engines.use([table], (engine) =>
          verifyTable(table, backend, engine, signal),
        )
        const { files, missing, withoutTruth } = verification
        if (files + missing.length + withoutTruth.length > 0) found.push(verification)
      }
      return found
    },

    async status(options) {
      return lakeStatus(backend, { out, signal: begin(options) })
    },

    async clean(options = {}) {
      return cleanLake(backend, { ...options, out, signal: begin(options) })
    },

    async doctor(options = {}) {
      return checkLake(backend, { ...options, signal: begin(options) })
    },

    async ready({ timeoutSeconds = 60, signal } = {}) {
      return untilReady(backend, { timeoutSeconds, signal: begin({ signal }) })
    },

    async close() {
      isClosed = true
      await engines.close()
    },
  }

  function targetOf({ out: folder, target }: GenerateOptions): FileTarget {
    if (target === undefined) return { folder: outOr(folder) }
    const location = target.endsWith('/') ? target : `${target}/`
    return { s3: storeOptions({ ...s3, location, locationName: '`target`' }) }
  }

  function outOr(folder: string | undefined): string {
    return folder === undefined ? out : inCwd(folder)
  }

  function resolved<File>(file: File): File | string {
    return typeof file === 'string' ? inCwd(file) : file
  }
}

/** The table itself. Throws a TypeError when the lake has no table of this name, or another definition of it. */
function checkTable<T extends Table>(tables: readonly Table[], table: T): T {
  const known = tables.find(({ name }) => name === table.name)
  if (known === undefined) {
    const names = tables.map(({ name }) => name)
    throw new TypeError(
      `expected a table of this lake (${names.join(', ') || 'it has none'}), got ${table.name}${suggestion(table.name, names)}`,
    )
  }
  if (known !== table && !isDeepStrictEqual(known, table))
    throw new TypeError(
      `table ${table.name} has another definition in this lake: open the lake with the same table`,
    )
  return table
}

function checkTables(tables: readonly Table[], wanted: readonly Table[]): readonly Table[] {
  return wanted.map((table) => checkTable(tables, table))
}

function simulationOf(table: Table): SimulatedTable {
  const simulated = findSimulation(table)
  if (simulated) return simulated
  throw new TypeError(
    `table ${table.name} has no simulation: expected ${Object.keys(simulatedTables).join(' or ')}, as @minilake/schema defines them`,
  )
}
