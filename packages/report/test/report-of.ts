import type { Report, ReportWindow } from '../src/index.js'

const start = Date.UTC(2026, 0, 1)
const hour = 3_600_000

/** Windows of an hour, with these averages and a band of 1 around them; null is a window without a value. */
export function windowsOf(averages: readonly (number | null)[]): ReportWindow[] {
  return averages.map((avg, index) => ({
    start: new Date(start + index * hour),
    avg,
    min: avg === null ? null : avg - 1,
    max: avg === null ? null : avg + 1,
  }))
}

/** A small report, some of it replaced. */
export function reportOf(part: Partial<Report> = {}): Report {
  return {
    table: 'pump',
    comment: 'one reading per second',
    location: '/data/lake/iot-time-series',
    engine: 'DuckDB',
    rows: 10_800n,
    first: new Date(start),
    last: new Date(start + 3 * hour - 1000),
    every: '1h',
    columns: [
      {
        name: 'pressure',
        comment: 'discharge pressure, kPa',
        limits: [150],
        windows: windowsOf([100, 155, 120]),
      },
      { name: 'speed', limits: [], windows: windowsOf([1300, null, 1310]) },
    ],
    sources: ['pump-1', 'pump-2'].map((name) => ({ name, windows: windowsOf([100, 155, 120]) })),
    sourcesEvery: '1h',
    hasMoreSources: false,
    alarms: [
      {
        rule: 'pressure_high',
        severity: 'low',
        column: 'pressure',
        source: 'pump-2',
        start: new Date(start + hour),
        end: new Date(start + hour + 754_000),
        peak: 156.25,
      },
    ],
    alarmCount: 1,
    days: [{ day: '2026-01-01', files: 1, bytes: 45_000 }],
    statements: [{ title: 'Windows of 1h', sql: 'SELECT 1' }],
    ...part,
  }
}
