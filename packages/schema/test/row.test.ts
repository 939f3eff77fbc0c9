import { type Column, type ColumnType, defineTable, type pump, type pumpDaily } from '@minilake/schema'
import type { Row, Table, ValueOf } from '@minilake/schema'
import { describe, expect, expectTypeOf, it } from 'vitest'

const everything = defineTable({
  name: 'everything',
  columns: {
    at: { type: 'timestamp' },
    day: { type: 'date' },
    precise: { type: 'double' },
    rough: { type: 'real' },
    large: { type: 'bigint' },
    whole: { type: 'integer' },
    flag: { type: 'boolean' },
    text: { type: 'varchar', nullable: true },
  },
})

// Compiles only for a row of the table; returns its columns, so that the tests check more than types.
const columnsOfRow = <T extends Table>(row: Row<T>) => Object.keys(row)

describe('Row', () => {
  it('has the value of each column type, and allows null in nullable columns', () => {
    expectTypeOf<Row<typeof everything>>().branded.toEqualTypeOf<{
      at: Date
      day: string
      precise: number
      rough: number
      large: bigint
      whole: number
      flag: boolean
      text: string | null
    }>()
    const row = {
      at: new Date(0),
      day: '1970-01-01',
      precise: 0,
      rough: 0,
      large: 0n,
      whole: 0,
      flag: false,
      text: null,
    }
    expect(columnsOfRow<typeof everything>(row)).toEqual(Object.keys(everything.columns))
  })

  it('has partition columns as text', () => {
    expectTypeOf<Row<typeof pumpDaily>['event_date']>().toEqualTypeOf<string>()
    expectTypeOf<Row<typeof pumpDaily>['event_timestamp']>().toEqualTypeOf<Date>()
    expectTypeOf<keyof Row<typeof pump>>().toEqualTypeOf<
      'event_timestamp' | 'pressure' | 'velocity' | 'speed'
    >()
  })

  it('does not compile when a column that is not nullable is missing or null', () => {
    // @ts-expect-error all but pressure are missing
    expect(columnsOfRow<typeof pump>({ pressure: 1 })).toEqual(['pressure'])
    const row = { event_timestamp: new Date(0), pressure: null, velocity: 1, speed: 1 }
    // @ts-expect-error pressure is not nullable
    expect(columnsOfRow<typeof pump>(row)).toContain('pressure')
  })

  it('allows the value of any column when the table is not known', () => {
    expectTypeOf<ValueOf<Column>>().toEqualTypeOf<Date | string | number | bigint | boolean>()
    expectTypeOf<
      (typeof everything.columns)[keyof typeof everything.columns]['type']
    >().toEqualTypeOf<ColumnType>()
    expect(columnsOfRow<Table>({})).toEqual([])
  })
})
