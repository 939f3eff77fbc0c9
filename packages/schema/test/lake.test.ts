import {
  defineLake,
  defineTable,
  type LakeDefinition,
  lakeLocation,
  lakeNames,
  pump,
  pumpDaily,
  sqlTableName,
} from '@minilake/schema'
import { describe, expect, expectTypeOf, it } from 'vitest'

// Stands for a definition in JavaScript, which no type checks.
const define = (lake: unknown) => () => defineLake(lake as LakeDefinition)

describe('defineLake', () => {
  it('returns its argument, with the type of each table', () => {
    const definition = { tables: [pump, pumpDaily] } as const
    const lake = defineLake(definition)
    expect(lake).toBe(definition)
    expectTypeOf(lake.tables[0]).toEqualTypeOf<typeof pump>()
  })

  it('accepts a lake without tables', () => {
    expect(defineLake({ tables: [] }).tables).toEqual([])
  })

  it('keeps the literal types of settings', () => {
    const lake = defineLake({
      tables: [pump],
      profile: 'stack',
      out: 'data',
      profiles: { embedded: { folder: 'lakes/one' }, stack: { location: 's3://elsewhere/' } },
    })
    expectTypeOf(lake.profile).toEqualTypeOf<'stack'>()
    expectTypeOf(lake.profiles.stack.location).toEqualTypeOf<'s3://elsewhere/'>()
    expect(lake.profiles.embedded.folder).toBe('lakes/one')
  })

  it('accepts a lake whose literal types are unknown', () => {
    const lake: LakeDefinition = { tables: [pump], profiles: {} }
    expect(defineLake(lake)).toBe(lake)
  })

  it('refuses an unknown option, in types at every level', () => {
    const misspelt = () =>
      defineLake({
        tables: [],
        // @ts-expect-error a misspelt option of the lake
        profil: 'stack',
      })
    expect(misspelt).toThrow(
      new TypeError('lake expected only the options tables, profile, out, profiles, got profil'),
    )
    defineLake({
      tables: [],
      // @ts-expect-error a misspelt profile
      profiles: { embeded: { folder: 'lake' } },
    })
    defineLake({
      tables: [],
      // @ts-expect-error a misspelt option of a profile
      profiles: { stack: { location: lakeLocation, loction: lakeLocation } },
    })
    defineLake({
      tables: [],
      // @ts-expect-error there is no profile of that name
      profile: 'mars',
    })
  })

  it('refuses anything but a lake', () => {
    expect(define(undefined)).toThrow(
      new TypeError('lake expected an object with the options tables, profile, out, profiles, got undefined'),
    )
    expect(define({ tables: 'pump' })).toThrow(new TypeError("lake expected an array of tables, got 'pump'"))
    expect(define({ tables: [pump, undefined] })).toThrow(
      new TypeError('lake expected a table at tables.1, got undefined'),
    )
  })

  it('refuses two tables with the same name, which would share one location', () => {
    const other = defineTable({ name: 'pump', columns: { power: { type: 'double' } } })
    expect(() => defineLake({ tables: [pump, pumpDaily, other] })).toThrow(
      new TypeError(
        'lake expected tables of different names, got pump twice: they would share one location, pump/',
      ),
    )
  })

  it("refuses a table with the schema's name, which would share the schema's location", () => {
    const table = defineTable({ name: lakeNames.schema, columns: { power: { type: 'double' } } })
    expect(() => defineLake({ tables: [table] })).toThrow(
      new TypeError(
        "lake expected no table with the name of its schema, got iot_dw: the location iot_dw/ is the schema's own",
      ),
    )
  })
})

describe('lakeNames, lakeLocation and sqlTableName', () => {
  it('match the infrastructure', () => {
    expect(lakeNames).toEqual({
      catalog: 'hive',
      icebergCatalog: 'iceberg',
      schema: 'iot_dw',
      bucket: 'iot-time-series',
    })
    expect(lakeLocation).toBe('s3://iot-time-series/')
  })

  it('build the full name of a table in SQL', () => {
    expect(sqlTableName(pump)).toBe('"hive"."iot_dw"."pump"')
  })
})
