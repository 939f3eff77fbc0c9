import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pump, type Table } from '@minilake/schema'
import { expect, test } from 'vitest'
import type { Lake } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const { event_timestamp, turbine_id, power, starts } = turbine.columns
const bucket = join('lake', 'iot-time-series')
const rowOf = (day: string) => ({ event_timestamp: new Date(`${day}T10:00:00Z`), turbine_id: 'a', power: 1 })

/** The only data file that a lake with another definition of the table writes for a row. */
async function fileOf(columns: Table['columns'], row: object): Promise<Buffer> {
  const table = { ...turbine, columns, sortedBy: [] } as Table
  const { folder, lake } = await freshLake({ tables: [table] })
  await lake.write(table, [row as never])
  return readFile(join(folder, bucket, await firstKey(lake, table)))
}

async function firstKey(lake: Lake, table: Table): Promise<string> {
  for await (const { key } of lake.files(table)) return key
  throw new Error('no file')
}

/** A lake with two days of turbine. `put` writes a file of it, `faults` are those that the doctor names. */
async function turbineLake() {
  const { folder, lake } = await freshLake({ tables: [turbine, pump] })
  await lake.write(turbine, [rowOf('2026-01-01'), rowOf('2026-01-02')])
  const pathOf = (key: string) => join(folder, bucket, key)
  const put = async (key: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(pathOf(key)), { recursive: true })
    await writeFile(pathOf(key), bytes)
  }
  const faults = async () => {
    const results = await lake.doctor({ deep: true })
    return results.flatMap(({ faults = [] }) => faults.map(({ key, fault }) => `${key}: ${fault}`))
  }
  return { folder, lake, pathOf, put, faults }
}

test('an undamaged lake passes, and the findings say what was not checked', async () => {
  const { lake } = await turbineLake()
  const deep = await lake.doctor({ deep: true })
  expect(deep.map(({ check, state }) => `${check} ${state}`)).toEqual([
    'folder ok',
    'changes ok',
    'keys ok',
    'footers ok',
    'listing ok',
    'DuckDB ok',
    'files ok',
  ])
  expect(deep.find(({ check }) => check === 'footers')?.finding).toMatch(
    /^2 footers read; values were not looked at/,
  )
  const quick = (await lake.doctor()).at(-1)
  expect(quick?.finding).toMatch(/^2 data files, 2 rows; not looked at: values, stray files, .*doctor --deep/)
})

test('every file that an engine would misread is named, each with what is wrong', async () => {
  const { lake, pathOf, put, faults } = await turbineLake()
  const whole = await readFile(pathOf(await firstKey(lake, turbine)))
  const day = 'turbine/event_date=2026-01-01'
  const row = rowOf('2026-01-01')
  await put(`${day}/a-text.parquet`, 'event_timestamp,turbine_id\n2026-01-01,a\n')
  await put(`${day}/b-empty.parquet`, '')
  await put(`${day}/c-truncated.parquet`, whole.subarray(0, whole.length - 9))
  await put(`${day}/d-cut-inside.parquet`, Buffer.concat([whole.subarray(0, 4), whole.subarray(40)]))
  const asReal = { event_timestamp, turbine_id, power: { type: 'real' }, starts } as const
  await put(`${day}/e-real.parquet`, await fileOf(asReal, row))
  await put(
    `${day}/f-no-id.parquet`,
    await fileOf({ event_timestamp, power, starts }, { event_timestamp: row.event_timestamp, power: 1 }),
  )
  // What engines read: a nullable column that is missing, and a column that the table lacks.
  await put(
    `${day}/g-grown.parquet`,
    await fileOf(
      { event_timestamp, turbine_id, other: power },
      { event_timestamp: row.event_timestamp, turbine_id: 'a', other: 3 },
    ),
  )
  await put('turbine/event_date=2026-01-02/h-other-day.parquet', whole)
  await put('turbine/event_date=abc/i.parquet', whole)
  expect(await faults()).toEqual([
    expect.stringMatching(
      /^turbine\/event_date=abc\/i\.parquet: the partition event_date expected a day, .*got abc$/,
    ),
    expect.stringMatching(/a-text\.parquet: not a Parquet file: expected PAR1 at its start, got "even"$/),
    expect.stringMatching(/b-empty\.parquet: not a Parquet file: expected at least 12 bytes, got 0$/),
    expect.stringMatching(/c-truncated\.parquet: a truncated Parquet file: expected PAR1 at its end$/),
    expect.stringMatching(/d-cut-inside\.parquet: a damaged Parquet file: column .* lies outside the file/),
    expect.stringMatching(
      /e-real\.parquet: does not fit table turbine: column power expected DOUBLE, got FLOAT$/,
    ),
    expect.stringMatching(/f-no-id\.parquet: does not fit table turbine: column turbine_id is missing/),
    expect.stringMatching(
      /h-other-day\.parquet: partition event_date=2026-01-02 expected rows of that day, got 2026-01-01$/,
    ),
    expect.stringMatching(/event_date=abc\/i\.parquet: partition event_date=abc expected rows of that day/),
  ])
})

test('stray keys are named, but not those that every engine skips', async () => {
  const { put, faults } = await turbineLake()
  for (const key of [
    'turbine/event_date=2026-01-01/_SUCCESS',
    'turbine/_temporary/a.parquet',
    'turbine/event_date=2026-01-01/.hidden.parquet',
  ])
    await put(key, 'hidden')
  await put('pump/event_date=2026-01-01/a.parquet', 'below an unpartitioned table')
  await put('turbine/a.parquet', 'in no partition')
  await put('turbine/day=2026-01-01/a.parquet', 'in another partition')
  await put('turbine/event_date=2026-01-01/notes.txt', 'no data')
  await put('turbine/event_date=2026-01-01/below/a.parquet', 'too deep')
  await put('turbine/event_date=2026%2D01%2D01/_SUCCESS', 'hidden too')
  expect(await faults()).toEqual([
    'pump/event_date=2026-01-01/a.parquet: no engine reads it there: expected pump/….parquet',
    'turbine/a.parquet: no engine reads it there: expected turbine/event_date=…/….parquet',
    'turbine/day=2026-01-01/a.parquet: no engine reads it there: expected turbine/event_date=…/….parquet',
    'turbine/event_date=2026-01-01/below/a.parquet: no engine reads it there: expected turbine/event_date=…/….parquet',
    expect.stringMatching(/^turbine\/event_date=2026-01-01\/notes\.txt: Trino reads it as a data file/),
  ])
})

test('a linked folder is part of the lake: queries read it, and the doctor finds no fault', async () => {
  const { folder, lake, pathOf, faults } = await turbineLake()
  const days = async () => {
    const found: unknown[] = []
    for await (const row of lake.query('SELECT event_date FROM hive.iot_dw.turbine ORDER BY 1', {
      tables: [turbine],
    }))
      found.push(row.event_date)
    return found
  }
  const [first, second] = ['turbine/event_date=2026-01-01', 'turbine/event_date=2026-01-02'].map(pathOf)
  await rename(first!, join(folder, 'elsewhere'))
  await symlink(join(folder, 'elsewhere'), first!)
  expect(await days()).toEqual(['2026-01-01', '2026-01-02'])
  expect(await faults()).toEqual([])
  await rm(second!, { recursive: true })
  expect(await days()).toEqual(['2026-01-01'])
  await lake.write(turbine, [rowOf('2026-01-03')])
  expect(await days()).toEqual(['2026-01-01', '2026-01-03'])
})
