import { alarmEndLimit, type AlarmRule, alarmSeverities, defineTable } from '@minilake/schema'
import fc from 'fast-check'
import { alarmMonitor, type Episode } from '../../src/index.js'

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

/** Arbitrary readings around limits of 150 and 147 and around midnight, some delivered twice, in any order. */
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

/** Arbitrary readings of ten lots of tanks: an engine answers for all in the time that it needs for one. */
export const fleetReadings: fc.Arbitrary<TankReading[]> = fc
  .array(tankReadings(['a', 'b']), { minLength: 10, maxLength: 10 })
  .map((lots) =>
    lots.flatMap((readings, lot) =>
      readings.map((reading) => ({
        ...reading,
        tank: lot === 0 && reading.tank === 'a' ? null : `${reading.tank}${lot}`,
      })),
    ),
  )

/** Arbitrary rules on both sides of a normal band, exactly at values that readings have. */
export const tankRules: fc.Arbitrary<AlarmRule[]> = fc
  .array(
    fc.record({
      limit: fc.constantFrom(150, 149.5, 200, 147, 147.5, 100),
      severity: fc.constantFrom(...alarmSeverities),
      deadband: fc.constantFrom(0, 0.1, 2),
      onDelaySeconds: fc.constantFrom(0, 0.001, 1, 15),
      offDelaySeconds: fc.constantFrom(0, 0.001, 5, 10),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((rules) =>
    rules.map((rule, index) => ({
      ...rule,
      name: `rule_${index}`,
      column: 'level',
      side: rule.limit > 148 ? 'above' : 'below',
    })),
  )

/** An episode of a tank; two sources of the same answer must agree on every field. */
export type TankEpisode = { tank: string | null } & Episode

/** The episodes of readings, computed literally by each rule, one reading at a time. */
export function expectedEpisodes(
  readings: readonly TankReading[],
  rules: readonly AlarmRule[],
  { eachDay = false } = {},
): TankEpisode[] {
  const episodes = groupsOf(readings, eachDay).flatMap((group) =>
    rules.flatMap((rule) => episodesOfOne(inOrder(group, rule), rule)),
  )
  return episodes.sort(byStart)
}

/**
 * The episodes that alarm monitors report for readings, each fed in order of time; readings of one moment in the order of delivery. Half-way,
 * each monitor is replaced by one that continues with its state.
 */
export function streamedEpisodes(
  readings: readonly TankReading[],
  rules: readonly AlarmRule[],
  { eachDay = false } = {},
): TankEpisode[] {
  const episodes = groupsOf(readings, eachDay).flatMap((group) => {
    let monitor = alarmMonitor(tank, { rules })
    const open = new Map<string, TankEpisode>()
    const closed: TankEpisode[] = []
    const { tank: name } = group[0]!
    const take = (events: ReturnType<typeof monitor.add>) => {
      for (const { type, episode } of events) {
        if (open.has(episode.rule) === (type === 'opened'))
          throw new Error(`${episode.rule} was ${type} in the wrong order`)
        if (type === 'opened') open.set(episode.rule, { tank: name, ...episode })
        else {
          open.delete(episode.rule)
          closed.push({ tank: name, ...episode })
        }
      }
    }
    const sorted = [...group].sort((a, b) => a.time - b.time)
    for (const [index, { time, level }] of sorted.entries()) {
      if (index === Math.floor(sorted.length / 2))
        monitor = alarmMonitor(tank, {
          rules,
          state: JSON.parse(JSON.stringify(monitor.state())) as ReturnType<typeof monitor.state>,
        })
      take(monitor.add({ time: new Date(time), level }))
    }
    take(monitor.settle())
    return [...closed, ...monitor.open().map((episode) => ({ tank: name, ...episode }))]
  })
  return episodes.sort(byStart)
}

/** Readings by tank, and by UTC day if wanted. */
function groupsOf(readings: readonly TankReading[], eachDay: boolean): TankReading[][] {
  const groups = new Map<string, TankReading[]>()
  for (const reading of readings) {
    const day = eachDay ? new Date(reading.time).toISOString().slice(0, 10) : ''
    const key = JSON.stringify([reading.tank, day])
    groups.set(key, [...(groups.get(key) ?? []), reading])
  }
  return [...groups.values()]
}

function byStart(a: TankEpisode, b: TankEpisode): number {
  return (
    a.start.getTime() - b.start.getTime() ||
    byTank(a.tank, b.tank) ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  )
}

function byTank(a: string | null, b: string | null): number {
  return a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1
}

/** In order of time; those of one moment from the least to the most alarming, with NaN and null last. */
function inOrder(readings: readonly TankReading[], { side }: AlarmRule): TankReading[] {
  const isNone = (level: number | null) => level === null || Number.isNaN(level)
  return [...readings].sort((a, b) => {
    if (a.time !== b.time) return a.time - b.time
    if (isNone(a.level) || isNone(b.level)) return Number(isNone(a.level)) - Number(isNone(b.level))
    const ascending = a.level === b.level ? 0 : a.level! < b.level! ? -1 : 1
    return side === 'above' ? ascending : -ascending
  })
}

function episodesOfOne(sorted: readonly TankReading[], rule: AlarmRule): TankEpisode[] {
  const isAbove = rule.side === 'above'
  const isAlarmRow = (level: number | null): level is number =>
    level !== null && (isAbove ? level > rule.limit : level < rule.limit)
  const endLimit = alarmEndLimit(rule)
  const runs: { isOver: boolean; readings: TankReading[] }[] = []
  let isOver = false
  for (const reading of sorted) {
    const { level } = reading
    if (isAlarmRow(level)) isOver = true
    else if (level !== null && (isAbove ? level <= endLimit : level >= endLimit)) isOver = false
    const run = runs.at(-1)
    if (run?.isOver === isOver) run.readings.push(reading)
    else runs.push({ isOver, readings: [reading] })
  }
  const episodes: TankEpisode[] = []
  let open: TankEpisode | undefined
  for (const { isOver, readings } of runs) {
    const start = readings[0]!.time
    const seconds = (readings.at(-1)!.time - start) / 1000
    if (isOver && !open && seconds >= rule.onDelaySeconds) {
      open = {
        tank: readings[0]!.tank,
        rule: rule.name,
        severity: rule.severity,
        start: new Date(start),
        end: null,
        seconds: null,
        peak: isAbove ? -Infinity : Infinity,
        rows: 0n,
      }
      episodes.push(open)
    } else if (!isOver && open && seconds >= rule.offDelaySeconds) {
      open.end = new Date(start)
      open.seconds = (start - open.start.getTime()) / 1000
      open = undefined
    }
    for (const { level } of readings) {
      if (!open || !isAlarmRow(level)) continue
      open.rows++
      open.peak = isAbove ? Math.max(open.peak, level) : Math.min(open.peak, level)
    }
  }
  return episodes
}
