import { posix, win32 } from 'node:path'
import { duckDbStatements } from '@minilake/catalog'
import { filesGlob } from '../src/duckdb-statements.js'
import { defineTable, pump, pumpDaily } from '@minilake/schema'
import { describe, expect, it } from 'vitest'

const root = '/data/lake/iot-time-series'
const attach = [`ATTACH IF NOT EXISTS ':memory:' AS "hive"`, `CREATE SCHEMA IF NOT EXISTS "hive"."iot_dw"`]

// A column of a view, which refuses files of another type.
const column = (table: string, name: string, type: string) =>
  `  CAST(CASE WHEN typeof("${name}") = '${type}' THEN "${name}" ELSE error('column ${name} of table ${table} expected files with the type ${type}, got ' || typeof("${name}")) END AS ${type}) AS "${name}"`

describe('duckDbStatements', () => {
  it('creates a view over the files of pump that selects columns by name', () => {
    expect(duckDbStatements([pump], { root })).toEqual([
      ...attach,
      `CREATE OR REPLACE VIEW "hive"."iot_dw"."pump" AS
SELECT
${column('pump', 'event_timestamp', 'TIMESTAMP')},
${column('pump', 'pressure', 'DOUBLE')},
${column('pump', 'velocity', 'DOUBLE')},
${column('pump', 'speed', 'DOUBLE')}
FROM read_parquet('/data/lake/iot-time-series/pump/[!._]*.parquet', hive_partitioning = false)`,
      `COMMENT ON VIEW "hive"."iot_dw"."pump" IS 'readings of one pump, by default one per second'`,
      `COMMENT ON COLUMN "hive"."iot_dw"."pump"."event_timestamp" IS 'time of the reading, UTC'`,
      `COMMENT ON COLUMN "hive"."iot_dw"."pump"."pressure" IS 'discharge pressure, kPa gauge'`,
      `COMMENT ON COLUMN "hive"."iot_dw"."pump"."velocity" IS 'flow velocity in the discharge pipe, m/s'`,
      `COMMENT ON COLUMN "hive"."iot_dw"."pump"."speed" IS 'shaft speed, rpm'`,
    ])
  })

  it('creates a view without rows for an empty table, with typed columns and partitions', () => {
    expect(duckDbStatements([pumpDaily], { root, emptyTables: ['pump_daily'] })[2])
      .toBe(`CREATE OR REPLACE VIEW "hive"."iot_dw"."pump_daily" AS
SELECT
  CAST(NULL AS TIMESTAMP) AS "event_timestamp",
  CAST(NULL AS DOUBLE) AS "pressure",
  CAST(NULL AS DOUBLE) AS "velocity",
  CAST(NULL AS DOUBLE) AS "speed",
  CAST(NULL AS VARCHAR) AS "pump_id",
  CAST(NULL AS VARCHAR) AS "event_date"
WHERE false`)
  })

  it('declares partition columns as VARCHAR', () => {
    expect(duckDbStatements([pumpDaily], { root })[2]).toContain(
      `  "event_date"\nFROM read_parquet('${root}/pump_daily/event_date=*/[!._]*.parquet', hive_partitioning = true, hive_types = {'event_date': VARCHAR})`,
    )
  })

  it("uses DuckDB's name for each column type", () => {
    const table = defineTable({
      name: 'everything',
      columns: {
        a: { type: 'timestamp' },
        b: { type: 'date' },
        c: { type: 'double' },
        d: { type: 'real' },
        e: { type: 'bigint' },
        f: { type: 'integer' },
        g: { type: 'boolean' },
        h: { type: 'varchar' },
      },
    })
    expect(duckDbStatements([table], { root })).toEqual([
      ...attach,
      `CREATE OR REPLACE VIEW "hive"."iot_dw"."everything" AS
SELECT
${column('everything', 'a', 'TIMESTAMP')},
${column('everything', 'b', 'DATE')},
${column('everything', 'c', 'DOUBLE')},
${column('everything', 'd', 'FLOAT')},
${column('everything', 'e', 'BIGINT')},
${column('everything', 'f', 'INTEGER')},
${column('everything', 'g', 'BOOLEAN')},
${column('everything', 'h', 'VARCHAR')}
FROM read_parquet('/data/lake/iot-time-series/everything/[!._]*.parquet', hive_partitioning = false)`,
    ])
  })

  it('doubles apostrophes in comments and in the root', () => {
    const table = defineTable({ name: 'turbine', comment: "it's", columns: { power: { type: 'double' } } })
    const statements = duckDbStatements([table], { root: "/o'brien" })
    expect(statements[2]).toContain(`read_parquet('/o''brien/turbine/`)
    expect(statements[3]).toBe(`COMMENT ON VIEW "hive"."iot_dw"."turbine" IS 'it''s'`)
  })

  it('attaches one database, whatever the number of tables', () => {
    expect(duckDbStatements([], { root })).toEqual(attach)
    const both = duckDbStatements([pump, pumpDaily], { root })
    expect(both).toEqual([
      ...duckDbStatements([pump], { root }),
      ...duckDbStatements([pumpDaily], { root }).slice(attach.length),
    ])
  })
})

describe('filesGlob', () => {
  it.each([
    ['of POSIX', posix.resolve('/data', 'lake'), '/data/lake/pump/[!._]*.parquet'],
    ['of POSIX with a slash at its end', '/data/lake/', '/data/lake/pump/[!._]*.parquet'],
    ['of POSIX alone', '/', '/pump/[!._]*.parquet'],
    ['of Windows', win32.resolve('C:\\lake', 'iot'), 'C:/lake/iot/pump/[!._]*.parquet'],
    ['of a drive of Windows', 'D:\\', 'D:/pump/[!._]*.parquet'],
    ['of Windows with slashes', 'c:/lake/iot', 'c:/lake/iot/pump/[!._]*.parquet'],
    ['of a Windows share', '\\\\server\\share', '//server/share/pump/[!._]*.parquet'],
  ])('accepts a root %s', (_, given, glob) => {
    expect(filesGlob(pump, given)).toBe(glob)
  })

  it('has one folder level per partition', () => {
    expect(filesGlob(pumpDaily, '/lake')).toBe('/lake/pump_daily/event_date=*/[!._]*.parquet')
  })

  it('escapes glob characters in a root', () => {
    expect(filesGlob(pump, '/a[b]c*d?e')).toBe('/a[[]b]c[*]d[?]e/pump/[!._]*.parquet')
  })

  it.each(['', 'lake', './lake', '../lake', 'C:lake', 'lake\\iot', 's3://iot-time-series'])(
    'refuses %j, which is not absolute',
    (given) => {
      expect(() => filesGlob(pump, given)).toThrow(
        new RangeError(`lake root expected an absolute path, got ${JSON.stringify(given)}`),
      )
    },
  )

  it('refuses a backslash in a POSIX root, where it is not a separator', () => {
    expect(() => filesGlob(pump, '/data/la\\ke')).toThrow(
      new RangeError(
        'lake root expected a path without backslashes, which DuckDB reads as slashes, got /data/la\\ke',
      ),
    )
  })
})
