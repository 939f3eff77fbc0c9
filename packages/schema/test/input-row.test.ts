import { defineTable, type InputRow, type pump, type pumpDaily, type Row, type Table } from '@minilake/schema'
import { describe, expect, expectTypeOf, it } from 'vitest'

const everything = defineTable({
  name: 'everything',
  columns: {
    at: { type: 'timestamp' },
    day: { type: 'date' },
    precise: { type: 'double', nullable: false },
    rough: { type: 'real' },
    large: { type: 'bigint' },
    whole: { type: 'integer' },
    flag: { type: 'boolean' },
    text: { type: 'varchar', nullable: true },
  },
})

// Compiles only for an input row of the table; returns its columns, so that the tests check more than types.
const columnsOfRow = <T extends Table>(row: InputRow<T>) => Object.keys(row)

describe('InputRow', () => {
  it('accepts the values of each column type, and leaves nullable columns optional', () => {
    expectTypeOf<InputRow<typeof everything>>().toEqualTypeOf<{
      readonly at: Date | bigint
      readonly day: string
      readonly precise: number
      readonly rough: number
      readonly large: bigint | number
      readonly whole: number
      readonly flag: boolean
      readonly text?: string | null | undefined
    }>()
    const row = { at: 0n, day: '1970-01-01', precise: 0, rough: 0, large: 0, whole: 0, flag: false }
    expect(columnsOfRow<typeof everything>(row)).not.toContain('text')
    expect(columnsOfRow<typeof everything>({ ...row, text: undefined })).toContain('text')
    expect(columnsOfRow<typeof everything>({ ...row, text: null })).toContain('text')
  })

  it('has no partition columns', () => {
    expectTypeOf<keyof InputRow<typeof pumpDaily>>().toEqualTypeOf<
      'event_timestamp' | 'pressure' | 'velocity' | 'speed' | 'pump_id'
    >()
    const row: InputRow<typeof pumpDaily> = {
      event_timestamp: new Date(0),
      pressure: 1,
      velocity: 1,
      speed: 1,
      pump_id: 'pump-0001',
      // @ts-expect-error minilake takes the partition from event_timestamp
      event_date: '1970-01-01',
    }
    expect(Object.keys(row)).toContain('event_date')
  })

  it('accepts the rows that queries of an unpartitioned table return', () => {
    expectTypeOf<Row<typeof pump>>().toExtend<InputRow<typeof pump>>()
    expectTypeOf<Row<typeof everything>>().toExtend<InputRow<typeof everything>>()
    expect(Object.keys(everything.columns)).toHaveLength(8)
  })

  it('does not compile when a column that is not nullable is missing or null', () => {
    // @ts-expect-error all but pressure are missing
    expect(columnsOfRow<typeof pump>({ pressure: 1 })).toEqual(['pressure'])
    const row = { event_timestamp: new Date(0), pressure: null, velocity: 1, speed: 1 }
    // @ts-expect-error pressure is not nullable
    expect(columnsOfRow<typeof pump>(row)).toContain('pressure')
  })

  it('accepts any value for any column when the table is not known', () => {
    expectTypeOf<InputRow<Table>>().toEqualTypeOf<{
      readonly [name: string]: Date | bigint | string | number | boolean | null | undefined
    }>()
    expect(columnsOfRow<Table>({ power: null })).toEqual(['power'])
  })
})
