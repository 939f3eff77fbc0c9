import { isDeepStrictEqual } from 'node:util'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineTable, type InputRow } from '@minilake/schema'
import { type Lake, openLake } from '../../packages/lake/src/index.js'
import type { Random, RoundFacts } from './evidence.js'

const station = defineTable({
  name: 'station',
  columns: {
    event_timestamp: { type: 'timestamp' },
    station_id: { type: 'varchar' },
    level: { type: 'double', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['station_id', 'event_timestamp'],
})

interface Reading {
  event_timestamp: Date
  station_id: string
  level: number | null
}

/** What the lake should hold: the rows of each data file, by what identifies the file. */
type Model = Map<string, readonly Reading[]>

const start = Date.UTC(2026, 0, 1)

/**
 * Writes, imports, stages and ingests random readings in random order, some of them again, reopens the lake in between, and compares
 * the engine's rows with a model after every step.
 */
export async function sequenceRound(random: Random, openOptions: object = {}): Promise<RoundFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-sequence-'))
  const open = () => openLake({ tables: [station], cwd: folder, ...openOptions })
  let lake = await open()
  try {
    const model: Model = new Map()
    const staged: Model = new Map()
    const earlier: Reading[][] = []
    const steps = 3 + random.below(6)
    await lake.register()
    for (let step = 0; step < steps; step++) {
      const again = earlier.length > 0 && random.below(3) === 0
      const readings = again ? random.pick(earlier) : randomReadings(random)
      earlier.push(readings)
      const operation = random.pick(['write', 'import', 'stage', 'ingest', 'reopen'] as const)
      if (operation === 'write') {
        await lake.write(station, readings satisfies InputRow<typeof station>[])
        add(model, 'write', readings)
      } else if (operation === 'import') {
        await lake.import(station, [await csvOf(folder, readings)], { zone: 'UTC', nullText: '-' })
        add(model, 'import', readings)
      } else if (operation === 'stage') {
        await lake.stage(station, [await csvOf(folder, readings)], { zone: 'UTC', nullText: '-' })
        add(staged, 'import', readings)
      } else if (operation === 'ingest' && staged.size > 0) {
        await lake.ingest()
        await lake.register()
        for (const [file, rows] of staged) model.set(file, rows)
      } else {
        await lake.close()
        lake = await open()
      }
      await compare(lake, model)
    }
    return { steps }
  } finally {
    await lake.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function randomReadings(random: Random): Reading[] {
  const station_id = random.pick(['a', 'b', 'ü,"\n'])
  const offset = random.below(5) * 86_400_000
  return Array.from({ length: 1 + random.below(40) }, () => ({
    event_timestamp: new Date(start + offset + random.below(2 * 86_400) * 1000),
    station_id,
    level: random.below(5) === 0 ? null : random.below(1000) / 8,
  }))
}

/** Adds the files that a write or an import makes: one per day, the same for the same rows in the same order. */
function add(model: Model, by: 'write' | 'import', readings: readonly Reading[]): void {
  for (const [day, rows] of groupByDay(readings)) {
    const sorted = rows.toSorted((a, b) => a.event_timestamp.getTime() - b.event_timestamp.getTime())
    model.set(JSON.stringify([by, day, sorted]), sorted)
  }
}

function groupByDay(readings: readonly Reading[]): Map<string, Reading[]> {
  const days = new Map<string, Reading[]>()
  for (const reading of readings) days.set(dayOf(reading), [...(days.get(dayOf(reading)) ?? []), reading])
  return days
}

function dayOf({ event_timestamp }: Reading): string {
  return event_timestamp.toISOString().slice(0, 10)
}

async function csvOf(folder: string, readings: readonly Reading[]): Promise<string> {
  const file = join(folder, 'readings.csv')
  const lines = readings.map(({ event_timestamp, station_id, level }) => {
    return `${event_timestamp.toISOString().slice(0, 19)},"${station_id.replaceAll('"', '""')}",${level ?? '-'}\n`
  })
  await writeFile(file, `event_timestamp,station_id,level\n${lines.join('')}`)
  return file
}

async function compare(lake: Lake, model: Model): Promise<void> {
  const expected = [...model.values()].flat().map(textOf).sort()
  const found: string[] = []
  const sql = 'SELECT event_timestamp, station_id, level, event_date FROM hive.iot_dw.station'
  for await (const row of lake.query(sql)) found.push(textOf(row as unknown as Reading))
  found.sort()
  if (!isDeepStrictEqual(found, expected))
    throw new Error(
      `the lake expected ${expected.length} rows, got ${found.length}: ${difference(found, expected)}`,
    )
}

function textOf({ event_timestamp, station_id, level }: Reading): string {
  return `${event_timestamp.toISOString()} ${station_id} ${level}`
}

function difference(found: readonly string[], expected: readonly string[]): string {
  const at = expected.findIndex((text, index) => text !== found[index])
  return `expected ${expected[at] ?? 'nothing'}, got ${found[at] ?? 'nothing'}`
}
