import type { Dialect } from '../dialect.js'

/**
 * What is computed of a column in a window, without NaN and NULL; `stddev` is that of a sample, `p95` a percentile, `twa` the
 * time-weighted average and `rate` the change per second from the first reading to the last.
 */
export type WindowAggregate =
  'avg' | 'min' | 'max' | 'count' | 'sum' | 'stddev' | 'first' | 'last' | 'twa' | 'rate' | `p${number}`

/** SQL of the readings of one window: UTC times and the values of a column as DOUBLE or NULL. */
export interface WindowReadings {
  time: string
  value: string
  /** The time of the next reading in the window that has a value, NULL for the last one. */
  next: string
  /** Start of the next window. */
  end: string
}

type Aggregate = (readings: WindowReadings) => string

// Readings of one moment count from the least to the greatest, so that both engines choose the same.
const order = ({ time, value }: WindowReadings) =>
  `CASE WHEN ${value} IS NOT NULL THEN ROW(${time}, ${value}) END`
const first: Aggregate = (readings) => `min_by(${readings.value}, ${order(readings)})`
const last: Aggregate = (readings) => `max_by(${readings.value}, ${order(readings)})`
const valued = ({ time, value }: WindowReadings) => `CASE WHEN ${value} IS NOT NULL THEN ${time} END`
const seconds = (from: string, to: string) => `(date_diff('millisecond', ${from}, ${to}) / 1000E0)`

const aggregates: Record<Exclude<WindowAggregate, `p${number}`>, Aggregate> = {
  avg: ({ value }) => `avg(${value})`,
  min: ({ value }) => `min(${value})`,
  max: ({ value }) => `max(${value})`,
  count: ({ value }) => `count(${value})`,
  sum: ({ value }) => `sum(${value})`,
  // DuckDB fails for infinite values, for which there is no deviation.
  stddev: ({ value }) => `CASE WHEN max(abs(${value})) < CAST('Infinity' AS DOUBLE)
    THEN stddev_samp(CASE WHEN abs(${value}) < CAST('Infinity' AS DOUBLE) THEN ${value} END) END`,
  first,
  last,
  twa: (readings) => {
    const { time, value, next, end } = readings
    const lastTime = `max(${valued(readings)})`
    return `(coalesce(sum(CASE WHEN ${next} > ${time} THEN ${value} * ${seconds(time, next)} END), 0) + ${last(readings)} * ${seconds(lastTime, end)})
    / ${seconds(`min(${valued(readings)})`, end)}`
  },
  rate: (readings) =>
    `(${last(readings)} - ${first(readings)}) / nullif(${seconds(`min(${valued(readings)})`, `max(${valued(readings)})`)}, 0)`,
}

/** The names of the aggregates, for messages. */
const windowAggregates = [...Object.keys(aggregates), 'p1 to p99'].join(', ')

/** Whether an aggregate needs the time of the next reading. */
export function needsNext(aggregate: string): boolean {
  return aggregate === 'twa'
}

/** Throws a TypeError for an aggregate that does not exist. */
export function checkAggregate(aggregate: string): void {
  if (Object.hasOwn(aggregates, aggregate) || isPercentile(aggregate)) return
  throw new TypeError(`\`select\` expected ${windowAggregates}, got ${aggregate}`)
}

/** SQL for an aggregate. */
export function windowAggregateSql(
  aggregate: WindowAggregate,
  readings: WindowReadings,
  dialect: Dialect,
): string {
  return isPercentile(aggregate)
    ? dialect.percentile(readings.value, Number(aggregate.slice(1)) / 100)
    : aggregates[aggregate](readings)
}

/** Whether a text is a percentile such as p95. */
export function isPercentile(aggregate: string): aggregate is `p${number}` {
  return /^p[1-9]\d?$/.test(aggregate)
}
