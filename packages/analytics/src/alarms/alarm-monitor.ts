import { type AlarmRule, type ColumnName, describeValue, eventTimeColumn, type Table } from '@minilake/schema'
import type { Episode } from '../queries/alarm-episodes.js'
import { rulesOf, type RulesOptions } from '../queries/alarm-rule.js'
import { type AlarmTrackerState, episodeTracker } from './episode-tracker.js'

/** Finds the alarm episodes of one source in a stream of its readings. Its memory does not grow with them. */
export interface AlarmMonitor<T extends Table> {
  /**
   * Adds the next reading in order of time, and returns what it decides. Readings of the same moment are judged together, so a moment is
   * judged when a later reading comes. A reading that is older than one before, or of a moment already judged, is left out and counted.
   */
  add(reading: MonitoredReading<T>): AlarmEvent[]
  /** Judges the newest moment without waiting for a later reading: at the end of the readings, or when no more come for a while. */
  settle(): AlarmEvent[]
  /** The alarms that are raised and have not ended, as far as the judged readings go. */
  open(): Episode[]
  /** Readings left out because they came too late. */
  readonly late: number
  /** Everything the monitor knows as plain data for JSON: `alarmMonitor(table, { state })` continues with it. */
  state(): AlarmMonitorState
}

/** A reading for an alarm monitor: the time and the numeric columns that have rules. Other columns are ignored. */
export type MonitoredReading<T extends Table> = { readonly [C in ColumnName<T>]?: unknown }

/** An alarm that was raised, as far as it is known, or that ended. */
export interface AlarmEvent {
  type: 'opened' | 'cleared'
  episode: Episode
}

/** What an alarm monitor knows, of a size that depends on the rules only. */
export interface AlarmMonitorState {
  rules: readonly AlarmRule[]
  trackers: readonly AlarmTrackerState[]
  /** The moment under way, in epoch milliseconds. */
  time: number | null
  /** By column: the numbers read in the moment under way; text, as JSON has no infinite numbers. */
  moment: Readonly<Record<string, readonly [least: string, greatest: string]>>
  /** By rule: the readings beyond the limit in the moment under way. */
  beyond: readonly number[]
  isSettled: boolean
  late: number
}

/**
 * The streaming twin of `alarmEpisodes`: given the readings of one source in order of time, it reports the same episodes. Throws as
 * `alarmEpisodes` does, and a RangeError for a state of other rules.
 *
 * @example
 * ```ts
 * import { alarmMonitor } from '@minilake/analytics'
 * import { pump } from '@minilake/schema'
 *
 * const monitor = alarmMonitor(pump)
 * const reading = { event_timestamp: new Date(), pressure: 151, velocity: 1.4, speed: 1450 }
 * for (const { type, episode } of monitor.add(reading)) console.log(type, episode.rule, episode.start, episode.peak)
 * const saved = JSON.stringify(monitor.state())
 * const continued = alarmMonitor(pump, { state: JSON.parse(saved) })
 * ```
 */
export function alarmMonitor<T extends Table>(
  table: T,
  options: RulesOptions & { state?: AlarmMonitorState } = {},
): AlarmMonitor<T> {
  const rules = rulesOf(table, options.rules)
  const { state } = options
  if (state && JSON.stringify(state.rules) !== JSON.stringify(rules))
    throw new RangeError(
      `alarm monitor of table ${table.name} expected a state of its own rules (${namesOf(rules)}), got one of other rules (${namesOf(state.rules)}): leave the state out to start anew`,
    )
  const timeColumn = eventTimeColumn(table)
  const columns = [...new Set(rules.map(({ column }) => column))]
  const trackers = rules.map((rule, index) => episodeTracker(rule, state?.trackers[index]))
  const moment = new Map<string, [least: number, greatest: number]>(
    Object.entries(state?.moment ?? {}).map(([column, [least, greatest]]) => [
      column,
      [Number(least), Number(greatest)],
    ]),
  )
  const beyond = rules.map((_, index) => state?.beyond[index] ?? 0)
  let time = state?.time ?? null
  let isSettled = state?.isSettled ?? true
  let late = state?.late ?? 0

  const settle = (): AlarmEvent[] => {
    if (isSettled || time === null) return []
    isSettled = true
    const events: AlarmEvent[] = []
    for (const [index, tracker] of trackers.entries()) {
      const [least, greatest] = moment.get(rules[index]!.column) ?? [Infinity, -Infinity]
      tracker.judge({ time, least, greatest, rows: beyond[index]! }, (type, episode) =>
        events.push({ type, episode }),
      )
    }
    return events
  }

  return {
    add: (reading) => {
      const values = reading as Readonly<Record<string, unknown>>
      const at = timeOf(values[timeColumn], `reading of table ${table.name}: ${timeColumn}`)
      if (time !== null && (at < time || (at === time && isSettled))) {
        late++
        return []
      }
      const events = at === time ? [] : settle()
      if (at !== time) {
        moment.clear()
        beyond.fill(0)
      }
      time = at
      isSettled = false
      for (const column of columns) {
        const value = numberOf(
          values[column],
          table.columns[column]?.type === 'real',
          `reading of table ${table.name}: ${column}`,
        )
        if (Number.isNaN(value)) continue
        const [least, greatest] = moment.get(column) ?? [Infinity, -Infinity]
        moment.set(column, [Math.min(least, value), Math.max(greatest, value)])
        for (const [index, rule] of rules.entries()) {
          if (rule.column !== column) continue
          if (rule.side === 'above' ? value > rule.limit : value < rule.limit) beyond[index]!++
        }
      }
      return events
    },
    settle,
    open: () => trackers.flatMap((tracker) => tracker.open() ?? []),
    get late() {
      return late
    },
    state: () => ({
      rules,
      trackers: trackers.map((tracker) => tracker.state()),
      time,
      moment: Object.fromEntries(
        [...moment].map(([column, [least, greatest]]) => [column, [String(least), String(greatest)]]),
      ),
      beyond: [...beyond],
      isSettled,
      late,
    }),
  }
}

function namesOf(rules: readonly AlarmRule[]): string {
  return rules.map(({ name, side, limit }) => `${name} ${side} ${limit}`).join(', ')
}

function timeOf(value: unknown, subject: string): number {
  const time = value instanceof Date ? value.getTime() : NaN
  if (Number.isNaN(time)) throw new TypeError(`${subject} expected a Date, got ${describeValue(value)}`)
  return time
}

/** A value as SQL compares it: as a DOUBLE, rounded first if the column is REAL; NaN for a missing value. */
function numberOf(value: unknown, isReal: boolean, subject: string): number {
  if (value === null || value === undefined) return NaN
  if (typeof value !== 'number' && typeof value !== 'bigint')
    throw new TypeError(`${subject} expected a number, a bigint or null, got ${describeValue(value)}`)
  return isReal ? Math.fround(Number(value)) : Number(value)
}
