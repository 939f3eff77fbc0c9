import type { Table } from '@minilake/schema'
import { type Lake, openLake, type OpenLakeOptions } from '../../src/index.js'
import { meter, type Operation, readings } from './read-operations.js'

/** What a query found: rows and the sum of their power by day, such as `24 rows, power 24`. */
type Days = Readonly<Record<string, string>>

/** Counts of what readers found while an operation ran, by `before`, `after`, `absent` and so on. */
export type Found = Record<string, number>

/** A failure of a query that the docs name, in a few words. */
export type Failures = Readonly<Record<string, RegExp>>

async function read(lake: Lake): Promise<Days> {
  const sql =
    'SELECT substr(CAST(event_timestamp AS VARCHAR), 1, 10) AS event_date, count(*) AS n, sum(power) AS power FROM hive.iot_dw.meter GROUP BY 1'
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
  { prepare, readers = meter, table = readers, run }: Operation,
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
  const lake = await openLake({ ...options, tables: [readers] })
  try {
    await lake.import(readers, [readings([4, 5, 6], 1)])
    await prepare?.(lake, readers)
    const before = await read(lake)
    const found: (Days | Error)[] = []
    const keep = async (reading: Promise<Days>) =>
      void found.push(await reading.catch((error: unknown) => error as Error))
    let isDone = false
    const loop = async (next: () => Promise<Days>) => {
      while (!isDone) await keep(next())
    }
    const loops = [loop(() => read(lake)), loop(() => opened(readers, read))]
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
