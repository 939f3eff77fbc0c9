import { type AlarmRule, defineTable } from '@minilake/schema'
import fc from 'fast-check'

/** A table of tanks, each with its own alarms. */
export const tank = defineTable({
  name: 'tank_levels',
  columns: {
    time: { type: 'timestamp' },
    level: {
      type: 'double',
      nullable: true,
      highLimit: 150,
      deadband: 3,
      onDelaySeconds: 15,
      offDelaySeconds: 10,
    },
    tank: { type: 'varchar', nullable: true },
  },
})

/** A row of `tank`. */
export interface TankReading {
  /** Epoch milliseconds. */
  time: number
  level: number | null
  tank: string | null
}

/** Rows of `tank` as the values of an INSERT. */
export function tankValues(readings: readonly TankReading[]): string {
  const literal = (level: number | null) => (level === null ? 'NULL' : `CAST('${level}' AS DOUBLE)`)
  return readings
    .map(({ time, level, tank }) => {
      const moment = new Date(time).toISOString().slice(0, -1).replace('T', ' ')
      return `(TIMESTAMP '${moment}', ${literal(level)}, ${tank === null ? 'NULL' : `'${tank}'`})`
    })
    .join(', ')
}

/** Arbitrary readings around a limit of 150 and around midnight, some delivered twice, in any order. */
export const tankReadings = (tanks: readonly (string | null)[]): fc.Arbitrary<TankReading[]> => {
  const calm = fc.constantFrom(100, 147, 146, 148, NaN, null)
  const level = fc.oneof(calm, fc.constantFrom(150, 150.5, 147, 147.5, 149, 160, Infinity, -Infinity, 200))
  const step = fc.constantFrom(0, 0.001, 1, 5, 9.999, 10, 14.999, 15, 40, 1200, 3600)
  const reading = fc.record({ step, level, tank: fc.constantFrom(...tanks), isTwice: fc.boolean() })
  return fc
    .array(reading, { maxLength: 60, size: 'max' })
    .map((steps) => {
      let time = Date.parse('2026-01-01T23:58:30Z')
      return steps.flatMap(({ step, level, tank, isTwice }) => {
        time += step * 1000
        const row = { time, level, tank }
        return isTwice ? [row, row] : [row]
      })
    })
    .chain((rows) => fc.shuffledSubarray(rows, { minLength: rows.length }))
}

/** An expected episode, with times in epoch milliseconds. */
export interface ExpectedEpisode {
  tank: string | null
  start: number
  end: number | null
  peak: number
}

/** The episodes of readings, computed literally by the rule, one reading at a time. */
export function expectedEpisodes(
  readings: readonly TankReading[],
  rule: AlarmRule,
  { eachDay = false } = {},
): ExpectedEpisode[] {
  const groups = new Map<string, TankReading[]>()
  for (const reading of readings) {
    const day = eachDay ? new Date(reading.time).toISOString().slice(0, 10) : ''
    const key = JSON.stringify([reading.tank, day])
    groups.set(key, [...(groups.get(key) ?? []), reading])
  }
  const byTank = (a: string | null, b: string | null) =>
    a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1
  return [...groups.values()]
    .flatMap((group) => episodesOfOne(group, rule))
    .sort((a, b) => a.start - b.start || byTank(a.tank, b.tank))
}

function episodesOfOne(readings: readonly TankReading[], rule: AlarmRule): ExpectedEpisode[] {
  const sorted = [...readings].sort((a, b) => a.time - b.time || byLevel(a.level, b.level))
  const runs: { isOver: boolean; readings: TankReading[] }[] = []
  let isOver = false
  for (const reading of sorted) {
    const { level } = reading
    if (level !== null && level > rule.above) isOver = true
    else if (level !== null && level <= rule.above - rule.deadband) isOver = false
    const run = runs.at(-1)
    if (run?.isOver === isOver) run.readings.push(reading)
    else runs.push({ isOver, readings: [reading] })
  }
  const episodes: ExpectedEpisode[] = []
  let open: ExpectedEpisode | undefined
  for (const { isOver, readings } of runs) {
    const start = readings[0]!.time
    const seconds = (readings.at(-1)!.time - start) / 1000
    if (isOver && !open && seconds >= rule.onDelaySeconds) {
      open = { tank: readings[0]!.tank, start, end: null, peak: -Infinity }
      episodes.push(open)
    } else if (!isOver && open && seconds >= rule.offDelaySeconds) {
      open.end = start
      open = undefined
    }
    for (const { level } of readings) {
      if (open && level !== null && level > open.peak) open.peak = level
    }
  }
  return episodes
}

/** Orders readings from least to greatest, with NaN and null last. */
function byLevel(a: number | null, b: number | null): number {
  const isNone = (level: number | null) => level === null || Number.isNaN(level)
  if (isNone(a) || isNone(b)) return Number(isNone(a)) - Number(isNone(b))
  return a === b ? 0 : a! < b! ? -1 : 1
}
