import { defineLake, defineTable, lakeNames, pump, pumpDaily, sqlTableName } from '@minilake/schema'
import { describe, expect, expectTypeOf, it } from 'vitest'

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

  it('refuses two tables of one name', () => {
    const other = defineTable({ name: 'pump', columns: { power: { type: 'double' } } })
    expect(() => defineLake({ tables: [pump, pumpDaily, other] })).toThrow(
      new TypeError('lake expected tables of different names, got pump twice'),
    )
  })
})

describe('the names of the lake', () => {
  it('are those of issue and infrastructure', () => {
    expect(lakeNames).toEqual({ catalog: 'hive', schema: 'iot_dw', bucket: 'iot-time-series' })
  })

  it('make the full name of a table in SQL', () => {
    expect(sqlTableName(pump)).toBe('"hive"."iot_dw"."pump"')
  })
})
