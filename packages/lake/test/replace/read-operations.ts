import { Readable } from 'node:stream'
import type { ReadingFile } from '@minilake/import'
import { defineTable, type Table } from '@minilake/schema'
import { type Lake, openLake, type OpenLakeOptions } from '../../src/index.js'

/** A table with a key and a retention, so that every operation applies to it. */
const meter = defineTable({
  name: 'meter',
  columns: {
    event_timestamp: { type: 'timestamp' },
    meter_id: { type: 'varchar' },
    power: { type: 'real', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  key: ['meter_id', 'event_timestamp'],
  retention: '3d',
})
const { power: _power, ...kept } = meter.columns
/** After the power was renamed. */
const renamed = defineTable({ ...meter, columns: { ...kept, load: { type: 'real', nullable: true } } })
const wider = defineTable({
  ...meter,
  columns: { ...meter.columns, starts: { type: 'bigint', nullable: true } },
})

/** Hourly readings of some days of January 2026, as a file to import. */
function readings(days: readonly number[], power: number, hours = 24): ReadingFile {
  const lines = days.flatMap((day) =>
    Array.from(
      { length: hours },
      (_, hour) =>
        `2026-01-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z,a,${power}\n`,
    ),
  )
  const text = `event_timestamp,meter_id,power\n${lines.join('')}`
  return { name: 'readings.csv', bytes: Readable.from([new TextEncoder().encode(text)]) }
}

/** Something that changes what a lake holds while others read it. */
export interface Operation {
  name: string
  /** What a query may find meanwhile besides the rows before and after, each day as a whole: `absent` days, failures. */
  mayFind: readonly string[]
  /** What the lake holds besides three days of readings. */
  prepare?: (lake: Lake) => Promise<unknown>
  /** The definition that the operation is run with. Default: that of the readers. */
  table?: Table
  run: (lake: Lake, table: Table) => Promise<unknown>
}

const at = (text: string) => new Date(`2026-01-${text}Z`)
const wrong = () => readings([5, 6], 2, 12)

const days = 'some days before, others after'
const removed = [days, 'failed: run it again']
const replaced = [...removed, 'a day absent']

/** Every operation that changes the files or the catalog entry of a table. */
export const operations: readonly Operation[] = [
  { name: 'import', mayFind: [days], run: (lake) => lake.import(meter, [readings([5, 6, 7], 2, 12)]) },
  {
    name: 'import --mode overwrite-partitions',
    mayFind: replaced,
    run: (lake) => lake.import(meter, [readings([5, 6], 2, 12)], { mode: 'overwrite-partitions' }),
  },
  {
    name: 'import --mode merge',
    mayFind: replaced,
    run: (lake) => lake.import(meter, [readings([5, 6, 7], 2, 12)], { mode: 'merge' }),
  },
  {
    name: 'remove --import',
    mayFind: replaced,
    prepare: (lake) => lake.import(meter, [wrong()]),
    run: async (lake) => {
      const { importId } = await lake.import(meter, [wrong()])
      await lake.remove(meter, { import: importId, remove: true })
    },
  },
  {
    name: 'remove --from --to, whole days',
    mayFind: removed,
    run: (lake) => lake.remove(meter, { from: at('05T00:00'), to: at('07T00:00'), remove: true }),
  },
  {
    name: 'remove --from --to, parts of days',
    mayFind: replaced,
    run: (lake) => lake.remove(meter, { from: at('05T12:00'), to: at('06T12:00'), remove: true }),
  },
  {
    name: 'remove --where',
    mayFind: replaced,
    run: (lake) => lake.remove(meter, { where: 'power = 1', from: at('05T12:00'), remove: true }),
  },
  {
    name: 'remove --expired',
    mayFind: removed,
    run: (lake) => lake.remove(meter, { expired: true, now: at('09T00:00'), remove: true }),
  },
  {
    name: 'rewrite',
    mayFind: [
      'failed: run it again',
      'failed: is being rewritten',
      'failed: has another shape',
      'failed: no such table',
    ],
    table: renamed,
    run: (lake, table) => lake.rewrite(table, { map: { power: 'load' }, rewrite: true }),
  },
  {
    name: 'drop --data',
    mayFind: [...removed, 'a day absent', 'failed: no such table'],
    run: (lake) => lake.drop(meter, { data: true, remove: true }),
  },
  {
    name: 'catalog',
    mayFind: ['failed: has another shape'],
    table: wider,
    run: (lake, table) => lake.register({ tables: [table] }),
  },
]

/** What a query found: rows and the sum of their power by day, such as `24 rows, power 24`. */
type Days = Readonly<Record<string, string>>

/** Counts of what readers found while an operation ran, by `before`, `after`, `absent` and so on. */
export type Found = Record<string, number>

/** A failure of a query that the docs name, in a few words. */
export type Failures = Readonly<Record<string, RegExp>>

async function read(lake: Lake): Promise<Days> {
  const sql =
    'SELECT event_date, count(*) AS n, sum(power) AS power FROM hive.iot_dw.meter GROUP BY event_date'
  const days: Record<string, string> = {}
  for await (const row of lake.query(sql)) {
    const { event_date, n, power } = row as { event_date: string; n: bigint; power: number | null }
    days[event_date] = `${n} rows, power ${power}`
  }
  return days
}

/**
 * Runs an operation while two readers query in a loop: one with a lake that stays open, and one that opens a lake for each query, as the
 * command line does. Resolves with what they found. `failures` are those that the docs name; any other is found under its own message.
 */
export async function readDuring(
  { prepare, table = meter, run }: Operation,
  options: OpenLakeOptions,
  failures: Failures,
): Promise<Found> {
  const opened = async <T>(of: Table, work: (lake: Lake) => Promise<T>) => {
    const lake = await openLake({ ...options, tables: [of] })
    try {
      return await work(lake)
    } finally {
      await lake.close()
    }
  }
  const lake = await openLake({ ...options, tables: [meter] })
  try {
    await lake.import(meter, [readings([4, 5, 6], 1)])
    await prepare?.(lake)
    const before = await read(lake)
    const found: (Days | Error)[] = []
    const keep = async (reading: Promise<Days>) =>
      void found.push(await reading.catch((error: unknown) => error as Error))
    let isDone = false
    const loop = async (next: () => Promise<Days>) => {
      while (!isDone) await keep(next())
    }
    const loops = [loop(() => read(lake)), loop(() => opened(meter, read))]
    try {
      await opened(table, (own) => run(own, table))
    } finally {
      isDone = true
      await Promise.all(loops)
    }
    const after = await read(lake).catch((error: unknown) => error as Error)
    const counts: Found = {}
    for (const each of found) {
      const name = nameOf(each, { before, after: after instanceof Error ? before : after, failures })
      counts[name] = (counts[name] ?? 0) + 1
    }
    return counts
  } finally {
    await lake.close()
  }
}

function nameOf(
  found: Days | Error,
  { before, after, failures }: { before: Days; after: Days; failures: Failures },
): string {
  if (found instanceof Error)
    return (
      Object.keys(failures).find((name) => failures[name]?.test(found.message)) ?? `failed: ${found.message}`
    )
  const days = [...new Set([before, after, found].flatMap((each) => Object.keys(each)))]
  const of = new Set(
    days.map((day) => {
      if (before[day] === after[day] && found[day] === before[day]) return 'same'
      if (found[day] === before[day]) return 'before'
      if (found[day] === after[day]) return 'after'
      return found[day] === undefined
        ? 'absent'
        : `${day}: ${found[day]}, before ${before[day]}, after ${after[day]}`
    }),
  )
  of.delete('same')
  for (const name of of) if (!['before', 'after', 'absent'].includes(name)) return name
  if (of.has('absent')) return 'a day absent'
  return of.size === 2 ? 'some days before, others after' : ([...of][0] ?? 'before')
}
