import { checkOptions } from './check-options.js'
import { describeValue } from './describe-value.js'
import { tablePrefix } from './object-key.js'
import { qualifiedName } from './sql-text.js'
import type { Table } from './table.js'

/**
 * The catalog (a database in DuckDB), the schema and the bucket of a lake's tables, the same in every engine. Trino creates Iceberg tables in
 * a catalog of their own and finds them under `catalog`, too.
 */
export const lakeNames = {
  catalog: 'hive',
  icebergCatalog: 'iceberg',
  schema: 'iot_dw',
  bucket: 'iot-time-series',
} as const

/** Default location of a lake: the URL of the whole bucket. */
export const lakeLocation = `s3://${lakeNames.bucket}/` as const

/** Where a lake is stored and queried: `embedded` uses a folder and DuckDB, `stack` uses S3 and Trino. */
export const lakeProfiles = ['embedded', 'stack'] as const

/** One of `lakeProfiles`. */
export type LakeProfile = (typeof lakeProfiles)[number]

/** The definition of a lake: its tables and its settings. */
export interface LakeDefinition {
  /** Default: `pump` and `pump_daily`. */
  readonly tables?: readonly Table[]
  /** Default 'embedded'. */
  readonly profile?: LakeProfile
  /** Folder for data files that are generated or imported but not ingested yet. Default 'out'. */
  readonly out?: string
  readonly profiles?: {
    readonly embedded?: {
      /** Folder of the lake. Default 'lake'. */
      readonly folder?: string
      /** DuckDB's most memory, such as '4GB'. Default: 80 % of the machine's. */
      readonly memory?: string
      /** Number of DuckDB's threads. Default: one per core. */
      readonly threads?: number
      /** Folder for what does not fit in DuckDB's memory. Default: the system's folder for temporary files. */
      readonly spill?: string
    }
    readonly stack?: {
      /** URL of the bucket, or of a folder in it such as 's3://iot-time-series/team/lake/'. Default 's3://iot-time-series/'. */
      readonly location?: string
      /** URL of S3. Default 'http://127.0.0.1:9000'; AWS is 'https://s3.<region>.amazonaws.com'. */
      readonly endpoint?: string
      /** Region of the bucket. Default 'us-east-1'. */
      readonly region?: string
      /** How S3 verifies what is uploaded: 'crc32' (default), 'md5' for stores that refuse CRC32, or 'none'. */
      readonly checksums?: 'crc32' | 'md5' | 'none'
      /** Whether S3 keeps the SHA-256 of data files, to compare them in buckets with KMS keys. Default false. */
      readonly sha256InMetadata?: boolean
      /** Whether uploads are signed with their SHA-256, for buckets that deny unsigned payloads. Default false. */
      readonly signPayload?: boolean
      /** URL of Trino. Default 'http://127.0.0.1:8080'. */
      readonly trino?: string
      /** User in Trino who creates and registers tables. Default 'minilake'. */
      readonly user?: string
      /** Password in Trino, for an https URL. Default none. */
      readonly password?: string
      /** JSON web token for Trino, for an https URL. Default none. */
      readonly token?: string
      /**
       * User in Trino for queries. Default: 'minilake-query', the local stack's, if Trino is on this machine and `user`, `password` and
       * `token` are the defaults; else `user`.
       */
      readonly queryUser?: string
      /** Password of `queryUser`, for an https URL. Default none. */
      readonly queryPassword?: string
      /** JSON web token for `queryUser`, for an https URL. Default none. */
      readonly queryToken?: string
      /** Seconds that S3, Trino and the metastore may go without an answer or progress. Default 20. */
      readonly timeoutSeconds?: number
      /** Folder for the programs, data and logs of `minilake up --native`. Default '.minilake'. */
      readonly folder?: string
    }
  }
}

/** Types every unknown option as never, at every level. Without it, a misspelt option would compile, as object types are open. */
type Known<Given, Options> = {
  readonly [O in keyof Given]: O extends 'tables'
    ? Given[O]
    : O extends keyof Options
      ? Known<Given[O], NonNullable<Options[O]>>
      : never
}

/**
 * Checks a lake's definition and returns it unchanged, with its literal types.
 * Throws a TypeError for unknown options, for a missing table, and when two tables, or a table and the schema, would share
 * one location.
 *
 * @example
 * ```ts
 * import { defineLake, defineTable } from '@minilake/schema'
 *
 * const turbine = defineTable({
 *   name: 'turbine',
 *   columns: { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } },
 * })
 *
 * export default defineLake({ tables: [turbine], profiles: { embedded: { folder: 'lake' } } })
 * ```
 */
export function defineLake<const L extends LakeDefinition>(lake: L & Known<L, LakeDefinition>): L {
  checkOptions('lake', lake, ['tables', 'profile', 'out', 'profiles'])
  if (lake.tables === undefined) return lake
  if (!Array.isArray(lake.tables)) {
    throw new TypeError(`lake expected an array of tables, got ${describeValue(lake.tables)}`)
  }
  const names = new Set<string>()
  const tables: readonly (Table | undefined)[] = lake.tables
  for (const [index, table] of tables.entries()) {
    // In a config that nothing type-checks, the import of a misspelt name gives undefined.
    if (table === undefined) throw new TypeError(`lake expected a table at tables.${index}, got undefined`)
    const { name } = table
    if (name === lakeNames.schema) {
      throw new TypeError(
        `lake expected no table with the name of its schema, got ${name}: the location ${tablePrefix(table)} is the schema's own`,
      )
    }
    if (names.has(name)) {
      throw new TypeError(
        `lake expected tables of different names, got ${name} twice: they would share one location, ${tablePrefix(table)}`,
      )
    }
    names.add(name)
  }
  return lake
}

/** A table's full name in SQL, with each part quoted: `"hive"."iot_dw"."pump"`. */
export function sqlTableName(table: Pick<Table, 'name'>): string {
  return qualifiedName(lakeNames.catalog, lakeNames.schema, table.name)
}
