import { checkOptions } from './check-options.js'
import { tablePrefix } from './object-key.js'
import { qualifiedName } from './sql-text.js'
import type { Table } from './table.js'

/** The catalog (a database in DuckDB), the schema and the bucket in which a lake's tables lie, the same in every engine. */
export const lakeNames = { catalog: 'hive', schema: 'iot_dw', bucket: 'iot-time-series' } as const

/** The root of the lake's bucket as a URL, where no other is named. */
export const lakeLocation = `s3://${lakeNames.bucket}/` as const

/** Where a lake lives: `embedded` is a folder and DuckDB, `stack` is S3 and Trino. */
export const lakeProfiles = ['embedded', 'stack'] as const

/** One of `lakeProfiles`. */
export type LakeProfile = (typeof lakeProfiles)[number]

/** The definition of a lake: its tables and its settings. */
export interface LakeDefinition {
  /** Default: `pump` and `pump_daily`. */
  readonly tables?: readonly Table[]
  /** Default 'embedded'. */
  readonly profile?: LakeProfile
  /** Folder of the data files between generate or import and ingest. Default 'out'. */
  readonly out?: string
  readonly profiles?: {
    readonly embedded?: {
      /** Folder of the lake. Default 'lake'. */
      readonly folder?: string
    }
    readonly stack?: {
      /** Root of the bucket as a URL. Default 's3://iot-time-series/'. */
      readonly location?: string
      /** URL of S3. Default 'http://127.0.0.1:9000'; AWS is 'https://s3.<region>.amazonaws.com'. */
      readonly endpoint?: string
      /** Region of the bucket. Default 'us-east-1'. */
      readonly region?: string
      /** URL of Trino. Default 'http://127.0.0.1:8080'. */
      readonly trino?: string
      /** User in Trino. Default 'minilake'. */
      readonly user?: string
      /** Password in Trino, for an https URL. Default none. */
      readonly password?: string
      /** JSON web token for Trino, for an https URL. Default none. */
      readonly token?: string
      /** Folder of what `minilake up --native` runs: programs, data and logs. Default '.minilake'. */
      readonly folder?: string
    }
  }
}

/** A definition of which only the known options are left, at every level: types are open, so a misspelt one would pass. */
type Known<Given, Options> = {
  readonly [O in keyof Given]: O extends 'tables'
    ? Given[O]
    : O extends keyof Options
      ? Known<Given[O], NonNullable<Options[O]>>
      : never
}

/**
 * Checks a lake's definition and returns it as it is, its literal types kept.
 * Throws a TypeError when it is not what its type says, or when tables would share a location with each other or the schema.
 */
export function defineLake<const L extends LakeDefinition>(lake: L & Known<L, LakeDefinition>): L {
  checkOptions('lake', lake, ['tables', 'profile', 'out', 'profiles'])
  if (lake.tables === undefined) return lake
  if (!Array.isArray(lake.tables)) {
    throw new TypeError(`lake expected an array of tables, got ${String(lake.tables)}`)
  }
  const names = new Set<string>()
  for (const [index, table] of (lake.tables as readonly (Table | undefined)[]).entries()) {
    // What an import of a misspelt name gives, where no compiler looks.
    if (table === undefined) throw new TypeError(`lake expected a table at tables.${index}, got undefined`)
    const { name } = table
    if (name === lakeNames.schema) {
      throw new TypeError(
        `lake expected a table of another name than its schema, got ${name}: the location ${tablePrefix(table)} is the schema's own`,
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

/** A table's full name in SQL, quoted: `"hive"."iot_dw"."pump"`. */
export function sqlTableName(table: Table): string {
  return qualifiedName(lakeNames.catalog, lakeNames.schema, table.name)
}
