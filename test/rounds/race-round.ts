import { isDeepStrictEqual } from 'node:util'
import { tmpdir } from 'node:os'
import { openLake } from '../../packages/lake/src/index.js'
import { stackOptions, type TestStack } from '../../packages/lake/test/running-stack.js'
import { callingProcess } from './calling-process.js'
import type { Random, RoundFacts } from './evidence.js'
import { type Reading, rowText, tableOf, valuesOf } from './readings-model.js'

const definition = { level: 'level', type: 'double', hasTorque: false, spares: 0, format: 'iceberg' } as const
const millisPerDay = 86_400_000
const names = ['append', 'the same append', 'merge', 'overwrite', 'append beside it'] as const

/**
 * Five processes change an Iceberg table at once: two append the same rows, one merges into their day, one
 * overwrites the next day and one appends to that. Each must succeed, and each day must hold what the changes leave in some order. A reader
 * in a loop must find every row once at most. `number` tells the days of the round.
 */
export async function raceRound(
  random: Random,
  { stack, number }: { stack: TestStack; number: number },
): Promise<RoundFacts> {
  const start = Date.UTC(2026, 0, 1) + 2 * number * millisPerDay
  const table = tableOf(definition)
  const reading = (minute: number, level: number): Reading => {
    return { time: new Date(start + minute * 60_000), station: 'a', level, torque: null }
  }
  const some = (first: number, level: number) =>
    Array.from({ length: 2 + random.below(20) }, (_, at) => reading(first + at, level))
  const next = 24 * 60
  const [old, appended, merged] = [some(next, 1), some(0, 2), some(1, 3)]
  const [overwriting, beside] = [some(next, 4), some(next + 60, 5)]
  const reader = await openLake({ ...stackOptions(stack), tables: [table] })
  const writers = names.map(() => callingProcess())
  const valuesIn = (rows: readonly Reading[]) => rows.map((row) => valuesOf(row, definition))
  const puts: readonly [readonly Reading[], 'append' | 'merge' | 'overwrite-partitions'][] = [
    [appended, 'append'],
    [appended, 'append'],
    [merged, 'merge'],
    [overwriting, 'overwrite-partitions'],
    [beside, 'append'],
  ]
  const read = async () => {
    const [from, to] = [0, 2].map((days) => new Date(start + days * millisPerDay).toISOString().slice(0, 10))
    const sql = `SELECT event_timestamp AS time, station_id AS station, level, NULL AS torque FROM hive.iot_dw.station WHERE event_timestamp >= TIMESTAMP '${from} 00:00:00' AND event_timestamp < TIMESTAMP '${to} 00:00:00'`
    const rows: string[] = []
    for await (const row of reader.query(sql)) rows.push(rowText(row as unknown as Reading))
    return rows.sort()
  }
  try {
    await reader.write(table, valuesIn(old) as never)
    let isOver = false
    const seen: string[][] = []
    const reading = (async () => {
      while (!isOver) seen.push(await read())
    })()
    const ends = await Promise.all(
      writers.map((writer, at) => {
        const [rows = [], mode] = puts[at] ?? []
        const call = () => ({ method: 'write' as const, args: [table, valuesIn(rows), { mode }] })
        return writer.call({ call }, { table, place: { folder: tmpdir(), stack } })
      }),
    )
    isOver = true
    await reading
    for (const [at, { is, message }] of ends.entries())
      if (is !== 'completed') throw new Error(`${names[at]} ${is}: ${message}`)
    const texts = (rows: readonly Reading[]) => rows.map(rowText)
    const keys = new Set(merged.map(({ time }) => time.getTime()))
    const left = texts(appended.filter(({ time }) => !keys.has(time.getTime())))
    const first = [
      [],
      texts(appended),
      texts(merged),
      [...texts(appended), ...texts(merged)],
      [...left, ...texts(merged)],
    ]
    const second = [
      texts(old),
      [...texts(old), ...texts(beside)],
      texts(overwriting),
      [...texts(overwriting), ...texts(beside)],
    ]
    const found = await read()
    const day = new Date(start).toISOString().slice(0, 10)
    const check = (rows: string[], orders: readonly (readonly string[])[], when: string) => {
      if (!orders.some((order) => isDeepStrictEqual(rows, order.toSorted())))
        throw new Error(
          `${when}, expected one of ${orders.map(({ length }) => length).join(', ')} rows, got ${rows.length}, or other ones`,
        )
    }
    const days = (rows: readonly string[]) =>
      [rows.filter((row) => row.startsWith(day)), rows.filter((row) => !row.startsWith(day))] as const
    for (const rows of seen) {
      check(days(rows)[0], first, 'during the changes')
      check(days(rows)[1], second, 'during the changes')
    }
    check(days(found)[0], first.slice(3), 'after the changes')
    check(days(found)[1], second.slice(2), 'after the changes')
    return { writers: names.length, 'reads meanwhile': seen.length }
  } finally {
    writers.forEach((writer) => writer.end())
    await reader.close()
  }
}
