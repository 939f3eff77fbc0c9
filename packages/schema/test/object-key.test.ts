import { dataFileKey, defineTable, isDataFileKey, pump, pumpDaily, tablePrefix } from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const event_date = '2026-01-01'

describe('dataFileKey', () => {
  it.each(['_hidden', '.hidden', 'a/b', ''])('refuses a name that engines would not read: %j', (name) => {
    expect(() => dataFileKey(pump, { name })).toThrow(
      new RangeError(
        `data file expected a name without slashes that does not start with _ or ., got ${JSON.stringify(name)}`,
      ),
    )
  })

  it('is directly under the prefix of an unpartitioned table', () => {
    expect(tablePrefix(pump)).toBe('pump/')
    expect(dataFileKey(pump, { name: event_date })).toBe('pump/2026-01-01.parquet')
  })

  it('is in the folder of its partition', () => {
    expect(dataFileKey(pumpDaily, { name: 'pump-0007', partition: { event_date } })).toBe(
      'pump_daily/event_date=2026-01-01/pump-0007.parquet',
    )
  })

  it('refuses a missing partition value', () => {
    expect(() => dataFileKey(pumpDaily, { name: 'pump-0007' })).toThrow(
      new TypeError('data file of table pump_daily expected the partition values event_date, got (none)'),
    )
  })

  it('refuses a partition value for an unpartitioned table', () => {
    expect(() => dataFileKey(pump, { name: 'a', partition: { event_date } })).toThrow(
      new TypeError('data file of table pump expected the partition values (none), got event_date'),
    )
  })

  it('returns keys that isDataFileKey accepts, whatever the partition value', () => {
    const value = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(value, (text) => {
        const key = dataFileKey(pumpDaily, { name: 'pump-0007', partition: { event_date: text } })
        expect(isDataFileKey(pumpDaily, key)).toBe(true)
      }),
    )
  })
})

describe('isDataFileKey', () => {
  it.each(['pump/2026-01-01.parquet', 'pump/a.parquet', 'pump/a b.snappy.parquet'])(
    'knows %s as a file of pump',
    (key) => {
      expect(isDataFileKey(pump, key)).toBe(true)
    },
  )

  it.each([
    ['in the table of another name', 'pump_daily/2026-01-01.parquet'],
    ['outside every table', '2026-01-01.parquet'],
    ['in a further folder, into which Hive does not look', 'pump/2026/01-01.parquet'],
    ['in a folder like a partition', 'pump/day=2026-01-01/a.parquet'],
    ['hidden by an underscore', 'pump/_a.parquet'],
    ['hidden by a dot', 'pump/.a.parquet'],
    ['without a name', 'pump/.parquet'],
    ['of another type', 'pump/a.csv'],
    ['still being written by another tool', 'pump/a.parquet.tmp'],
    ['a folder', 'pump/'],
  ])('rejects a key of pump %s', (_, key) => {
    expect(isDataFileKey(pump, key)).toBe(false)
  })

  it.each([
    ['without its partition', 'pump_daily/a.parquet'],
    ['of another partition', 'pump_daily/day=2026-01-01/a.parquet'],
    ['with a further partition', 'pump_daily/event_date=2026-01-01/pump=7/a.parquet'],
    ['with a partition twice', 'pump_daily/event_date=2026-01-01/event_date=2026-01-02/a.parquet'],
    ['with a further folder', 'pump_daily/more/event_date=2026-01-01/a.parquet'],
    ['in a hidden folder', 'pump_daily/_truth/a.parquet'],
  ])('rejects a key of pump_daily %s', (_, key) => {
    expect(isDataFileKey(pumpDaily, key)).toBe(false)
  })

  it('requires several partitions in the order of the table', () => {
    const twice = defineTable({
      name: 'twice',
      columns: { measured: { type: 'timestamp' }, received: { type: 'timestamp' } },
      partitions: {
        event_date: { from: 'measured', by: 'day' },
        arrival_date: { from: 'received', by: 'day' },
      },
    })
    expect(isDataFileKey(twice, 'twice/event_date=2026-01-01/arrival_date=2026-01-02/a.parquet')).toBe(true)
    expect(isDataFileKey(twice, 'twice/arrival_date=2026-01-02/event_date=2026-01-01/a.parquet')).toBe(false)
    expect(isDataFileKey(twice, 'twice/event_date=2026-01-01/a.parquet')).toBe(false)
  })
})
