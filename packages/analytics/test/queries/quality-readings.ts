import { defineTable } from '@minilake/schema'
import fc from 'fast-check'
import type { QualityCount, QualityFinding, QualityOptions } from '../../src/index.js'

/** A table of probes, each a source of its own. */
export const probe = defineTable({
  name: 'probe_values',
  columns: {
    time: { type: 'timestamp', nullable: true },
    value: { type: 'double', nullable: true, range: [0, 100] },
    steps: { type: 'integer', nullable: true },
    probe: { type: 'varchar', nullable: true },
    message: { type: 'bigint' },
  },
})

/** The same table with the place of each row in a file. */
export const probeColumns =
  'time TIMESTAMP, value DOUBLE, steps INTEGER, probe VARCHAR, message BIGINT, file_name VARCHAR, position BIGINT'

/** A row of `probe`, with its place. */
export interface ProbeReading {
  /** Epoch milliseconds; null: without a time. */
  time: number | null
  value: number | null
  steps: number | null
  probe: string | null
  message: number
  file_name: string
  position: number
}

/** Rows of `probe` as the values of an INSERT. */
export function probeValues(readings: readonly ProbeReading[]): string {
  const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`)
  return readings
    .map(({ time, value, steps, probe, message, file_name, position }) => {
      const moment =
        time === null ? 'NULL' : `TIMESTAMP '${new Date(time).toISOString().slice(0, -1).replace('T', ' ')}'`
      const double = value === null ? 'NULL' : `CAST('${value}' AS DOUBLE)`
      return `(${moment}, ${double}, ${steps ?? 'NULL'}, ${text(probe)}, ${message}, '${file_name}', ${position})`
    })
    .join(', ')
}

/** The options of the twin, and of both queries. */
export type ProbeOptions = Pick<
  QualityOptions<typeof probe, 'probe'>,
  'intervalSeconds' | 'stuck' | 'ranges' | 'years' | 'key' | 'checks' | 'by'
>

export const probeOptions: fc.Arbitrary<ProbeOptions> = fc.record(
  {
    intervalSeconds: fc.constantFrom(0.001, 1, 2, 10, 600),
    stuck: fc.constantFrom(
      { readings: 2 },
      { readings: 4 },
      { seconds: 0.5 },
      { seconds: 10 },
      { seconds: 20 },
    ),
    ranges: fc.constantFrom({ value: [2, 3] as const }, { steps: [1, 2] as const }),
    years: fc.constantFrom([1990, 2100] as const, [2000, 2025] as const, [2026, 2026] as const),
    key: fc.constantFrom(
      ['message'] as const,
      ['time', 'probe', 'message'] as const,
      ['probe', 'time'] as const,
    ),
    by: fc.constantFrom(['probe'] as const, [] as const),
  },
  { requiredKeys: [] },
)

/** Arbitrary readings of some probes in two files: gaps, repeated values and rows, NaN, infinities, wrong clocks, any order. */
export const probeReadings: fc.Arbitrary<ProbeReading[]> = fc
  .array(
    fc.record({
      step: fc.constantFrom(0, 0.001, 1, 1, 1, 1, 1, 1.499, 1.5, 2, 2.5, 10, 3600),
      value: fc.constantFrom(1, 2, 2, 2, 3, 0, -0, 100, 100.5, -1, NaN, null, Infinity, -Infinity),
      steps: fc.constantFrom(1, 1, 1, 2, 3, null),
      probe: fc.constantFrom('a', 'a', 'b', null),
      message: fc.nat(30),
      file_name: fc.constantFrom('x', 'y'),
      clock: fc.constantFrom(...Array<'right'>(20).fill('right'), 'none', 'early', 'late'),
      isTwice: fc.constantFrom(false, false, false, true),
    }),
    { maxLength: 80, size: 'max' },
  )
  .map((rows) => {
    let time = Date.parse('2025-12-31T23:59:50Z')
    return rows.flatMap(({ step, clock, isTwice, ...row }) => {
      time += step * 1000
      const clocks = {
        right: time,
        none: null,
        early: (time % 1e5) + 5000,
        late: Date.UTC(2101, 0, 1) + (time % 1e4),
      }
      const reading = { ...row, time: clocks[clock] }
      return isTwice ? [reading, reading] : [reading]
    })
  })
  .chain((rows) =>
    fc
      .oneof(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))
      .map((shuffled) => shuffled.map((row, position) => ({ ...row, position }))),
  )

/** What the queries should find, looked for reading by reading. */
export function expectedQuality(
  readings: readonly ProbeReading[],
  {
    intervalSeconds,
    stuck = { readings: 5 },
    ranges,
    years = [1990, 2100],
    key,
    by = ['probe'],
  }: ProbeOptions,
): { counts: unknown[]; findings: unknown[] } {
  const copies = key ? copiesByKey(readings, key, by) : undefined
  const late = lateRows(readings, by)
  const counts: object[] = []
  const findings: object[] = []
  const sources = new Map<string | null, ProbeReading[]>()
  for (const reading of readings) {
    const name = by.length === 0 ? '' : reading.probe
    sources.set(name, [...(sources.get(name) ?? []), reading])
  }
  for (const [name, rows] of [...sources].sort(([a], [b]) => byName(a, b))) {
    const source = by.length === 0 ? {} : { probe: name }
    const moments = momentsOf(rows)
    const isRight = (time: number | null) =>
      time !== null && time >= Date.UTC(years[0], 0, 1) && time < Date.UTC(years[1] + 1, 0, 1)
    const distances = moments.flatMap(([time], index) => {
      const before = moments[index - 1]?.[0] ?? null
      return [isRight(time) && isRight(before) ? time! - before! : undefined]
    })
    const interval =
      intervalSeconds === undefined ? mostFrequent(distances) : Math.round(intervalSeconds * 1000)
    const found: {
      check: string
      column: string | null
      start: number | null
      end: number | null
      rows: number
    }[] = []
    if (interval !== undefined)
      for (const [index, distance] of distances.entries()) {
        const missing = distance === undefined ? 0 : Math.floor(distance / interval + 0.5) - 1
        if (missing > 0)
          found.push({
            check: 'gap',
            column: null,
            start: moments[index - 1]![0],
            end: moments[index]![0],
            rows: missing,
          })
      }
    const stretches = (
      check: string,
      column: string | null,
      isWrong: (row: ProbeReading, time: number | null) => boolean,
    ) => {
      let open: (typeof found)[number] | undefined
      for (const [time, group] of moments) {
        const wrong = group.filter((row) => isWrong(row, time)).length
        if (wrong === 0) open = undefined
        else if (open === undefined)
          found.push((open = { check, column, start: time, end: time, rows: wrong }))
        else {
          open.end = time ?? open.end
          open.rows += wrong
        }
      }
    }
    if (copies) stretches('duplicate', null, (row) => copies.has(row))
    else
      stretches(
        'duplicate',
        null,
        (row) => rows.findIndex(({ time }) => time === row.time) !== rows.indexOf(row),
      )
    stretches('out_of_order', null, (row) => late.has(row))
    for (const column of ['value', 'steps'] as const) {
      let run: number[] = []
      let last: number | undefined
      const end = () => {
        const [first, final] = [run[0], run.at(-1)]
        const isStuck =
          run.length > 1 &&
          ('readings' in stuck ? run.length >= stuck.readings : final! - first! >= stuck.seconds * 1000)
        if (isStuck) found.push({ check: 'stuck', column, start: first!, end: final!, rows: run.length })
      }
      for (const [time, group] of moments) {
        if (time === null) continue
        const values = group.flatMap((row) =>
          row[column] === null || Number.isNaN(row[column]) ? [] : [row[column]],
        )
        const only =
          values.length > 0 && values.every((value) => value === values[0]) ? values[0]! : undefined
        if (only === undefined || only !== last) {
          end()
          run = []
        }
        if (only !== undefined) run.push(time)
        last = only
      }
      end()
      const range = ranges?.[column as 'value'] ?? (column === 'value' ? ([0, 100] as const) : undefined)
      if (range)
        stretches(
          'out_of_range',
          column,
          (row) => row[column] !== null && (row[column] < range[0] || row[column] > range[1]),
        )
    }
    stretches('nan', 'value', ({ value }) => Number.isNaN(value))
    stretches('wrong_clock', null, (_, time) => !isRight(time))
    found.sort(
      (a, b) =>
        (a.start ?? Infinity) - (b.start ?? Infinity) ||
        order(a.check, b.check) ||
        order(a.column ?? '~', b.column ?? '~'),
    )
    findings.push(
      ...found.map(({ start, end, ...rest }) => ({
        ...source,
        ...rest,
        start: dateOf(start),
        end: dateOf(end),
        seconds: start === null || end === null ? null : (end - start) / 1000,
        rows: BigInt(rest.rows),
      })),
    )
    const of = (check: string) => found.filter((one) => one.check === check)
    const sum = (check: string) => BigInt(of(check).reduce((total, { rows }) => total + rows, 0))
    const times = rows.flatMap(({ time }) => time ?? []).sort((a, b) => a - b)
    counts.push({
      ...source,
      rows: BigInt(rows.length),
      interval_seconds: interval === undefined ? null : interval / 1000,
      gaps: BigInt(of('gap').length),
      missing: sum('gap'),
      duplicates: sum('duplicate'),
      out_of_order: sum('out_of_order'),
      stuck: BigInt(of('stuck').length),
      nan: sum('nan'),
      out_of_range: sum('out_of_range'),
      wrong_clock: sum('wrong_clock'),
      first: dateOf(times[0] ?? null),
      last: dateOf(times.at(-1) ?? null),
    } satisfies QualityCount)
  }
  return { counts, findings: findings satisfies Partial<QualityFinding>[] }
}

/** Rows by time, those without one last. */
function momentsOf(rows: readonly ProbeReading[]): [time: number | null, rows: ProbeReading[]][] {
  const moments = new Map<number | null, ProbeReading[]>()
  for (const row of rows) moments.set(row.time, [...(moments.get(row.time) ?? []), row])
  return [...moments].sort(([a], [b]) => (a ?? Infinity) - (b ?? Infinity))
}

function copiesByKey(
  readings: readonly ProbeReading[],
  key: readonly (keyof ProbeReading)[],
  by: readonly string[],
): Set<ProbeReading> {
  const groups = new Map<string, ProbeReading[]>()
  for (const row of readings) {
    const values = JSON.stringify(key.map((name) => row[name]))
    groups.set(values, [...(groups.get(values) ?? []), row])
  }
  const source = (row: ProbeReading) => (by.length === 0 ? '' : row.probe)
  return new Set(
    [...groups.values()].flatMap((rows) =>
      rows
        .sort((a, b) => (a.time ?? Infinity) - (b.time ?? Infinity) || byName(source(a), source(b)))
        .slice(1),
    ),
  )
}

/** Rows after a later one of their source in their file. */
function lateRows(readings: readonly ProbeReading[], by: readonly string[]): Set<ProbeReading> {
  const newest = new Map<string, number>()
  const late = new Set<ProbeReading>()
  for (const row of [...readings].sort((a, b) => a.position - b.position)) {
    if (row.time === null) continue
    const place = JSON.stringify([row.file_name, by.length === 0 ? '' : row.probe])
    const before = newest.get(place) ?? -Infinity
    if (row.time < before) late.add(row)
    newest.set(place, Math.max(before, row.time))
  }
  return late
}

/** The most frequent distance, of several the least. */
function mostFrequent(distances: readonly (number | undefined)[]): number | undefined {
  const times = new Map<number, number>()
  for (const distance of distances)
    if (distance !== undefined) times.set(distance, (times.get(distance) ?? 0) + 1)
  return [...times].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b)[0]?.[0]
}

function byName(a: string | null, b: string | null): number {
  return a === b ? 0 : a === null ? 1 : b === null ? -1 : order(a, b)
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time)
}
