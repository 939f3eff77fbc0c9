import { hiveStatements } from '@minilake/catalog'
import type { S3Store } from '@minilake/ingest/s3'
import type { Table } from '@minilake/schema'
import { defaultResumeAfterSeconds, type LakeBackend } from '../lake-backend.js'
import { folderCatalog } from '../register/folder-catalog.js'
import { unregisteredFolders } from '../register/register-folders.js'
import { checkCatalogColumns, registerTables } from '../register/register-tables.js'
import { rewriteDifference, shapeChecks } from '../register/shape-checks.js'
import { UsageError } from '../usage-error.js'
import { type BucketOptions, locationSetting, storeOptions } from './bucket-options.js'
import { engineOverFiles } from './engine-over-files.js'
import { openTrino, type TrinoOptions } from './open-trino.js'
import type { LakeKeys, S3Keys } from './s3-keys.js'
import { checkTableLocation } from './s3-location.js'
import { trinoUsers, type TrinoUserSettings } from './trino-users.js'

/** Where S3 and Trino are, and how to sign in. */
export interface StackOptions extends TrinoUserSettings, TrinoOptions, Omit<BucketOptions, 'keys'> {
  /** URL of the bucket or of a folder in it, with a trailing slash. */
  location: string
  /** What the location is called in an error. Default 'profiles.stack.location'. */
  locationName?: string
  keys: LakeKeys
  /** Seconds without a sign of life after which an upload or a change of a partition counts as left behind. Default 60. */
  resumeAfterSeconds?: number | undefined
}

/** The lake on any S3 and Trino. Its store throws a UsageError for a location outside S3. */
export async function stackLake(tables: readonly Table[], options: StackOptions): Promise<LakeBackend> {
  const { location, locationName = locationSetting, keys } = options
  const { resumeAfterSeconds = defaultResumeAfterSeconds } = options
  const { s3Store } = await import('@minilake/ingest/s3')
  const { creates, reads } = trinoUsers(options)
  const openCatalogEngine = () => openTrino(options, creates)
  const storeBy = (user: S3Keys | undefined) => {
    const settings = storeOptions({ ...options, keys: user })
    try {
      return s3Store({ ...settings, resumeAfterSeconds })
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      throw new UsageError(`${locationName}: ${cause.message}`, { cause })
    }
  }
  let publishing: S3Store | undefined
  let maintaining: S3Store | undefined
  const store = () => (publishing ??= storeBy(keys.publish))
  // One file is enough: the catalog knows the columns.
  const shapes = shapeChecks(store, 'first')
  // The catalog knows the columns of an Iceberg table; files below its name are not its own.
  const shapeDifference: typeof shapes = (table) =>
    table.format === 'iceberg' ? Promise.resolve(undefined) : shapes(table)
  const backend: LakeBackend = {
    profile: 'stack',
    tables,
    resumeAfterSeconds,
    servers: {
      endpoint: options.endpoint,
      trino: options.trino,
      location,
      timeoutSeconds: options.timeoutSeconds,
      users: { creates: creates.user, reads: reads.user },
      openCatalogEngine,
    },
    // Statements can be printed for a location outside S3.
    get store() {
      return store()
    },
    get maintenance() {
      maintaining ??= storeBy(keys.maintain)
      return { store: maintaining, keyName: keys.maintainName, fix: keys.maintainFix }
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- rejects, does not throw
    catalogStatements: async (wanted = tables) => {
      checkTableLocation(location, locationName)
      return hiveStatements(wanted, { location })
    },
    shapeDifference,
    registerTables: async (wanted, options) => {
      checkTableLocation(location, locationName)
      // Tables must not be registered over a bucket that is not there or that may not be read.
      for await (const _object of store().list('')) break
      const engine = await openCatalogEngine()
      try {
        return await registerTables(wanted, {
          ...{
            ...options,
            engine,
            store: store(),
            location,
            locationName,
            shapeDifference,
            resumeAfterSeconds,
          },
        })
      } finally {
        await engine.close()
      }
    },
    unregisteredFolders: async (table, folders, { signal }) => {
      const engine = await openCatalogEngine()
      try {
        return await unregisteredFolders(table, folders, { engine, signal })
      } finally {
        await engine.close()
      }
    },
    withFolderCatalog: async (table, work) => {
      const engine = await openCatalogEngine()
      try {
        return await work(folderCatalog(table, { engine, store: store(), location }))
      } finally {
        await engine.close()
      }
    },
    openEngine: async (wanted = tables) => {
      const engine = await openTrino(options, reads)
      try {
        await checkCatalogColumns(wanted, engine, (table) =>
          // Who only queries may have no key of S3.
          rewriteDifference(table, store()).catch(() => undefined),
        )
        return engine
      } catch (error) {
        await engine.close()
        throw error
      }
    },
    openEngineOver: async (table, keys, others) =>
      engineOverFiles(await openTrino(options, reads), table, {
        paths: keys.map((key) => `${location}${key}`),
        others: others.map((key) => `${location}${key}`),
      }),
  }
  return backend
}
