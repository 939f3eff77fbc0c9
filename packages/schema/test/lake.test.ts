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

// What a definition without our types could hold.
const define = (lake: unknown) => () => defineLake(lake as LakeDefinition)

describe('defineLake', () => {
  it('returns its argument, the tables by their own types', () => {
    const definition = { tables: [pump, pumpDaily] } as const
    const lake = defineLake(definition)
    expect(lake).toBe(definition)
    expectTypeOf(lake.tables[0]).toEqualTypeOf<typeof pump>()
  })

  it('takes a lake without tables', () => {
    expect(defineLake({ tables: [] }).tables).toEqual([])
  })

  it('keeps settings as literals', () => {
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

  it('takes a lake whose literal types are not known', () => {
    const lake: LakeDefinition = { tables: [pump], profiles: {} }
    expect(defineLake(lake)).toBe(lake)
  })

  it('refuses an option that there is not, by type at every level', () => {
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
      // @ts-expect-error no profile of that name
      profile: 'mars',
    })
  })

  it('refuses what is no lake', () => {
    expect(define(undefined)).toThrow(
      new TypeError('lake expected an object with the options tables, profile, out, profiles, got undefined'),
    )
    expect(define({})).toThrow(new TypeError('lake expected an array of tables, got undefined'))
    expect(define({ tables: [pump, undefined] })).toThrow(
      new TypeError('lake expected a table at tables.1, got undefined'),
    )
  })

  it('refuses two tables of one name, which would share one location', () => {
    const other = defineTable({ name: 'pump', columns: { power: { type: 'double' } } })
    expect(() => defineLake({ tables: [pump, pumpDaily, other] })).toThrow(
      new TypeError(
        'lake expected tables of different names, got pump twice: they would share one location, pump/',
      ),
    )
  })

  it("refuses a table of the schema's name, whose location is the schema's own", () => {
    const table = defineTable({ name: lakeNames.schema, columns: { power: { type: 'double' } } })
    expect(() => defineLake({ tables: [table] })).toThrow(
      new TypeError(
        "lake expected a table of another name than its schema, got iot_dw: the location iot_dw/ is the schema's own",
      ),
    )
  })
})

describe('the names of the lake', () => {
  it('are those of issue and infrastructure', () => {
    expect(lakeNames).toEqual({ catalog: 'hive', schema: 'iot_dw', bucket: 'iot-time-series' })
    expect(lakeLocation).toBe('s3://iot-time-series/')
  })

  it('make the full name of a table in SQL', () => {
    expect(sqlTableName(pump)).toBe('"hive"."iot_dw"."pump"')
  })
})
