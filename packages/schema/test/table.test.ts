import {
  type ColumnName,
  type ColumnNameOfType,
  columnsOf,
  defineTable,
  eventTimeColumn,
  numericColumns,
  type NumericColumnName,
  partitionsOf,
  retentionDays,
  type pump,
  type pumpDaily,
  type Table,
  tableFormats,
} from '@minilake/schema'
import { describe, expect, expectTypeOf, it } from 'vitest'

const columns = { measured: { type: 'timestamp' }, power: { type: 'double' } } as const

// Stands for a definition in JavaScript, which no type checks.
const define = (table: object) => () => defineTable({ name: 'turbine', columns, ...table })

const nameRule = 'expected lower-case letters, digits and underscores, a letter first, at most 128, got'

describe('defineTable', () => {
  it('returns its argument', () => {
    const definition = { name: 'turbine', columns, sortedBy: ['measured'] } as const
    expect(defineTable(definition)).toBe(definition)
  })

  it('refuses an unknown option, in types and at run time', () => {
    const misspelt = () =>
      defineTable({
        name: 'turbine',
        // @ts-expect-error a misspelt option of a column
        columns: { power: { type: 'double', nulable: true } },
      })
    expect(misspelt).toThrow(
      new TypeError(
        'table turbine: column power expected only the options type, comment, nullable, highLimit, deadband, onDelaySeconds, offDelaySeconds, alarms, range, got nulable',
      ),
    )
    expect(define({ partition: {} })).toThrow(
      new TypeError(
        'table turbine expected only the options name, comment, columns, partitions, sortedBy, key, retention, intervalSeconds, format, source, got partition',
      ),
    )
  })

  it('takes the formats that a table can have on the stack, and no other', () => {
    for (const format of tableFormats) expect(define({ format })()).toHaveProperty('format', format)
    expect(define({ format: 'delta' })).toThrow(
      new TypeError(`table turbine: format expected 'hive' or 'iceberg', got 'delta'`),
    )
    // @ts-expect-error a format that does not exist
    expect(() => defineTable({ name: 'turbine', columns, format: 'delta' })).toThrow(TypeError)
  })

  it('keeps the literal types of names and types', () => {
    const turbine = defineTable({
      name: 'turbine',
      columns: { measured: { type: 'timestamp' }, power: { type: 'double', nullable: true } },
      partitions: { event_date: { from: 'measured', by: 'day' } },
    })
    expectTypeOf(turbine.name).toEqualTypeOf<'turbine'>()
    expectTypeOf(turbine.columns.power).toEqualTypeOf<{ readonly type: 'double'; readonly nullable: true }>()
    expectTypeOf<ColumnName<typeof turbine>>().toEqualTypeOf<'measured' | 'power'>()
    expect(turbine.partitions.event_date.from).toBe('measured')
  })

  it.each(['', 'Pump', '1st', '_hidden', 'a-b', 'a b', 'a.b', 'a/b', 'pumpé', 'a'.repeat(129)])(
    'refuses %j as the name of a table, a column or a partition',
    (name) => {
      const got = `${nameRule} ${JSON.stringify(name)}`
      expect(define({ name })).toThrow(new TypeError(`table name ${got}`))
      expect(define({ columns: { [name]: { type: 'double' } } })).toThrow(
        new TypeError(`table turbine: column name ${got}`),
      )
      expect(define({ partitions: { [name]: { from: 'measured', by: 'day' } } })).toThrow(
        new TypeError(`table turbine: partition name ${got}`),
      )
    },
  )

  it('accepts names of up to 128 characters', () => {
    expect(define({ name: 'a'.repeat(128) })).not.toThrow()
  })

  it('refuses a table without columns', () => {
    expect(define({ columns: {} })).toThrow(
      new TypeError('table turbine expected at least one column, got none'),
    )
  })

  it.each([undefined, null, 'power', ['power']])('refuses the columns %j', (columns) => {
    expect(define({ columns })).toThrow(/^table turbine expected an object of columns by name, got /)
  })

  it('refuses a column that is not an object', () => {
    expect(define({ columns: { power: null } })).toThrow(
      /^table turbine: column power expected a type of timestamp, .*, got undefined$/,
    )
  })

  it.each(['float', undefined, 'constructor'])('refuses the column type %s', (type) => {
    expect(define({ columns: { power: { type } } })).toThrow(
      new TypeError(
        `table turbine: column power expected a type of timestamp, date, double, real, bigint, integer, boolean, varchar, got ${type}`,
      ),
    )
  })

  it.each([
    ['varchar', 150],
    ['timestamp', 150],
    ['double', NaN],
    ['double', Infinity],
  ])('refuses a highLimit on a %s column of %d', (type, highLimit) => {
    expect(define({ columns: { power: { type, highLimit } } })).toThrow(
      new TypeError(
        `table turbine: highLimit expected a finite number on a numeric column, got ${highLimit} on power (${type})`,
      ),
    )
  })

  it.each([
    ['deadband', { highLimit: 150, deadband: -1 }, -1],
    ['onDelaySeconds', { highLimit: 150, onDelaySeconds: NaN }, NaN],
    ['offDelaySeconds', { offDelaySeconds: 5 }, 5],
  ])('refuses an impossible %s', (option, alarm, value) => {
    expect(define({ columns: { power: { type: 'double', ...alarm } } })).toThrow(
      new TypeError(
        `table turbine: ${option} expected a number of at least 0 beside a highLimit, got ${value} on power`,
      ),
    )
  })

  it('refuses a partition that has the name of a column', () => {
    expect(define({ partitions: { power: { from: 'measured', by: 'day' } } })).toThrow(
      new TypeError('table turbine: partition power has the name of a column'),
    )
  })

  it.each(['power', 'missing', 'constructor'])(
    'refuses a partition from %s, which is not a timestamp column',
    (from) => {
      expect(define({ partitions: { event_date: { from, by: 'day' } } })).toThrow(
        new TypeError(`table turbine: partition event_date expected a timestamp column in from, got ${from}`),
      )
    },
  )

  it('refuses a partition by anything but day', () => {
    expect(define({ partitions: { event_date: { from: 'measured', by: 'hour' } } })).toThrow(
      new TypeError("table turbine: partition event_date expected by: 'day', got hour"),
    )
  })

  it.each(['missing', 'constructor'])('refuses to sort by %s, which is not a column', (name) => {
    expect(define({ sortedBy: ['measured', name] })).toThrow(
      new TypeError(`table turbine: sortedBy expected a column, got ${name}`),
    )
  })

  it.each([
    [[], 'key expected one or more columns, got an array'],
    ['measured', "key expected one or more columns, got 'measured'"],
    [['measured', 'missing'], 'key expected a column, got missing'],
    [['constructor'], 'key expected a column, got constructor'],
    [['measured', 'measured'], 'key expected each column once, got measured twice'],
    [['measured', 'power'], 'key expected columns that are not nullable, got power'],
    [['measured', 'ratio'], 'key expected columns without fractions, got ratio (double)'],
    [['unit'], 'key expected measured, which partitions come from, got unit'],
  ])('refuses the key %j', (key, complaint) => {
    const definition = {
      columns: {
        ...columns,
        power: { type: 'double', nullable: true },
        ratio: { type: 'double' },
        unit: { type: 'varchar' },
      },
      partitions: { event_date: { from: 'measured', by: 'day' } },
      key,
    }
    expect(define(definition)).toThrow(new TypeError(`table turbine: ${complaint}`))
  })

  it('accepts a key with the columns that partitions come from', () => {
    const definition = {
      columns: { ...columns, unit: { type: 'varchar' } },
      partitions: { event_date: { from: 'measured', by: 'day' } },
      key: ['unit', 'measured'],
      retention: '90d',
    }
    expect(define(definition)).not.toThrow()
    expect(retentionDays({ name: 'turbine', retention: '90d' })).toBe(90)
    expect(retentionDays({ name: 'turbine' })).toBeUndefined()
  })

  it.each(['90', '0d', '1.5d', '90 d', 'd', 90, '-1d'])('refuses the retention %j', (retention) => {
    expect(define({ partitions: { event_date: { from: 'measured', by: 'day' } }, retention })).toThrow(
      /^table turbine: retention expected days such as '90d', got /,
    )
  })

  it('refuses a retention without partitions', () => {
    expect(define({ retention: '90d' })).toThrow(
      new TypeError('table turbine: retention expected a partition by day, got none'),
    )
  })

  it('accepts names of members that every object inherits', () => {
    expect(define({ partitions: { constructor: { from: 'measured', by: 'day' } } })).not.toThrow()
  })

  it('does not compile with a missing column or one of the wrong type', () => {
    expect(() =>
      defineTable({
        name: 'turbine',
        columns,
        // @ts-expect-error power is not a timestamp column
        partitions: { event_date: { from: 'power', by: 'day' } },
      }),
    ).toThrow(TypeError)
    expect(() =>
      defineTable({
        name: 'turbine',
        columns,
        // @ts-expect-error the table has no column of that name
        sortedBy: ['missing'],
      }),
    ).toThrow(TypeError)
    expect(() =>
      defineTable({
        name: 'turbine',
        // @ts-expect-error float is not a column type
        columns: { power: { type: 'float' } },
      }),
    ).toThrow(TypeError)
  })
})

it('the time between readings is a number of seconds', () => {
  const columns = { event_timestamp: { type: 'timestamp' } } as const
  expect(defineTable({ name: 'turbine', columns, intervalSeconds: 0.5 }).intervalSeconds).toBe(0.5)
  for (const intervalSeconds of [0, -1, NaN, 1e9])
    expect(() => defineTable({ name: 'turbine', columns, intervalSeconds })).toThrow(
      new TypeError(
        `table turbine: intervalSeconds expected a number of seconds of at least 0.001, got ${intervalSeconds}`,
      ),
    )
})

describe('columnsOf, partitionsOf, eventTimeColumn and numericColumns', () => {
  const turbine = defineTable({
    name: 'turbine',
    columns: {
      turbine_id: { type: 'varchar' },
      measured: { type: 'timestamp' },
      received: { type: 'timestamp' },
      power: { type: 'double' },
      on: { type: 'boolean' },
      starts: { type: 'bigint' },
      gear: { type: 'integer' },
      torque: { type: 'real' },
      built: { type: 'date' },
    },
    partitions: { event_date: { from: 'measured', by: 'day' } },
  })

  it('keep the order of the definition', () => {
    expect(columnsOf(turbine).map(([name]) => name)).toEqual(Object.keys(turbine.columns))
    expect(partitionsOf(turbine)).toEqual([['event_date', { from: 'measured', by: 'day' }]])
    expect(partitionsOf(defineTable({ name: 'plain', columns }))).toEqual([])
  })

  it('take the first timestamp as the time of a reading', () => {
    expect(eventTimeColumn(turbine)).toBe('measured')
  })

  it('refuse a table without a timestamp', () => {
    const table = defineTable({ name: 'plain', columns: { power: { type: 'double' } } })
    expect(() => eventTimeColumn(table)).toThrow(
      new TypeError('table plain expected a timestamp column for the time of a reading, got none'),
    )
  })

  it('count double, real, bigint and integer as numeric', () => {
    expect(numericColumns(turbine)).toEqual(['power', 'starts', 'gear', 'torque'])
    expectTypeOf(numericColumns(turbine)).toEqualTypeOf<('power' | 'starts' | 'gear' | 'torque')[]>()
  })

  it('return the same names in types', () => {
    expectTypeOf<NumericColumnName<typeof pump>>().toEqualTypeOf<'pressure' | 'velocity' | 'speed'>()
    expectTypeOf<ColumnNameOfType<typeof turbine, 'timestamp'>>().toEqualTypeOf<'measured' | 'received'>()
    expectTypeOf<ColumnNameOfType<typeof pumpDaily, 'varchar'>>().toEqualTypeOf<'pump_id'>()
    expectTypeOf<NumericColumnName<Table>>().toEqualTypeOf<string>()
    // @ts-expect-error turbine_id is not numeric
    const name: NumericColumnName<typeof turbine> = 'turbine_id'
    expect(numericColumns(turbine)).not.toContain(name)
  })
})

it('a source with an unknown option, or a map to a column that the table lacks, is refused', () => {
  const columns = { at: { type: 'timestamp' } } as const
  const source = { map: { t: 'at' }, zone: 'UTC' } as const
  expect(defineTable({ name: 't', columns, source }).source).toBe(source)
  // @ts-expect-error: a misspelt option
  expect(() => defineTable({ name: 't', columns, source: { zoen: 'UTC' } })).toThrow(
    'table t: source expected only the options map, ignoreExtra, timeFormat',
  )
  expect(() => defineTable({ name: 't', columns, source: { map: { t: 'time' } } })).toThrow(
    'table t: map of t in source expected a column (at), got time',
  )
})
