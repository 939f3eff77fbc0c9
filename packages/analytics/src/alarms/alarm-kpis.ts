import { type AlarmSeverity, millisPerDay } from '@minilake/schema'
import type { Episode } from '../queries/alarm-episodes.js'
import { alarmTally, type BadActor } from './alarm-tally.js'
import { checkedKpiLimits, type KpiLimits, kpiLimitStandards } from './kpi-limits.js'

/** What alarm KPIs are computed over. */
export interface AlarmKpisOptions {
  /** Start of the period. */
  from: Date
  /** End of the period, not included. */
  to: Date
  /** Default: `kpiLimits`. */
  limits?: Partial<KpiLimits>
}

/** One key performance indicator of alarms. */
export interface AlarmKpi {
  /** What it is, with its unit: `time in flood, %`. */
  figure: string
  value: number
  /** Absent for a figure without a limit, and where even alarms of equal frequency could not meet the limit. */
  limit?: number
  /** How the value should be to the limit. */
  target?: 'at most' | 'less than' | 'about'
  /** Whether it is; absent without a limit, and for `about`. */
  isMet?: boolean
  /** Where the limit is from: the standard, with its year; 'default' if it is minilake's, and 'given' if it is an option's. */
  limitFrom?: string
}

/** Key performance indicators of the alarms of a period. */
export interface AlarmKpis {
  from: Date
  to: Date
  /** Alarms that were raised in the period. */
  alarms: number
  figures: AlarmKpi[]
  /** The most frequent alarms, the most frequent first. */
  badActors: BadActor[]
}

/**
 * Key performance indicators (ISA-18.2, IEC 62682, EEMUA 191) of alarm episodes in order of start, such as those of
 * `alarmEpisodes`: an alarm is a rule of a source, and counts once per episode, at its start. All sources together are one operator's. Intervals
 * of 10 minutes and days are those of the UTC clock. Memory grows with the number of alarms that are defined and of intervals with alarms.
 * Throws a RangeError for an empty period and for limits that make no sense.
 *
 * @example
 * ```ts
 * import { alarmEpisodes, alarmKpis } from '@minilake/analytics'
 * import { trinoEngine } from '@minilake/analytics/trino'
 * import { pumpDaily } from '@minilake/schema'
 *
 * const engine = trinoEngine({ url: 'http://localhost:8080', user: 'me' })
 * const period = { from: new Date('2026-01-01'), to: new Date('2026-02-01') }
 * const { figures } = await alarmKpis(engine.query(alarmEpisodes(pumpDaily, period)), { ...period, limits: { perDay: 150 } })
 * for (const { figure, value, isMet, limitFrom } of figures) console.log(figure, value, isMet, limitFrom)
 * await engine.close()
 * ```
 */
export async function alarmKpis(
  episodes: AsyncIterable<Episode> | Iterable<Episode>,
  { from, to, limits: given = {} }: AlarmKpisOptions,
): Promise<AlarmKpis> {
  const limits = checkedKpiLimits(given)
  const millis = to.getTime() - from.getTime()
  if (!(millis > 0))
    throw new RangeError(
      `alarm KPIs expected a period that ends after its start, got ${from.toISOString()} to ${to.toISOString()}`,
    )
  const tally = alarmTally({ from: from.getTime(), to: to.getTime(), limits })
  for await (const episode of episodes) tally.add(episode)
  const found = tally.result()
  const { alarms } = found

  const days = millis / millisPerDay
  const percent = (part: number, whole: number) => (whole === 0 ? 0 : (100 * part) / whole)
  const judged = (
    figure: string,
    value: number,
    target: NonNullable<AlarmKpi['target']>,
    name: keyof KpiLimits,
  ): AlarmKpi => {
    const limit = limits[name]
    const isMet = { 'at most': value <= limit, 'less than': value < limit, about: undefined }[target]
    const limitFrom = given[name] === undefined ? (kpiLimitStandards[name] ?? 'default') : 'given'
    return { figure, value, limit, target, ...(isMet !== undefined && { isMet }), limitFrom }
  }
  const figures: AlarmKpi[] = [
    judged('alarms per day, average', alarms / days, 'at most', 'perDay'),
    judged('alarms per day, most', found.mostPerDay, 'at most', 'mostPerDay'),
    judged('alarms per 10 minutes, average', alarms / (days * 144), 'at most', 'perTenMinutes'),
    judged('alarms per 10 minutes, most', found.mostPerTenMinutes, 'at most', 'mostPerTenMinutes'),
    { figure: 'floods', value: found.floods },
    judged('time in flood, %', percent(found.floodIntervals, found.intervals), 'less than', 'floodPercent'),
    judged('chattering alarms', found.chattering, 'at most', 'chattering'),
    judged('fleeting alarms', found.fleeting, 'at most', 'fleeting'),
    judged('stale alarms, most on a day', found.mostStalePerDay, 'less than', 'stale'),
    judged('standing alarms, average', found.standingMillis / millis, 'less than', 'standing'),
    { figure: 'standing alarms, at the end', value: found.standing },
    { figure: 'different alarms', value: found.different },
    ...badActorShare(),
    judged('alarms of severity low, %', percentOf('low'), 'about', 'lowPercent'),
    judged('alarms of severity medium, %', percentOf('medium'), 'about', 'mediumPercent'),
    judged('alarms of severity high, %', percentOf('high'), 'about', 'highPercent'),
    judged('alarms of severity critical, %', percentOf('critical'), 'less than', 'criticalPercent'),
  ]
  return { from, to, alarms, figures, badActors: found.badActors }

  function percentOf(severity: AlarmSeverity): number {
    return percent(found.bySeverity.get(severity) ?? 0, alarms)
  }

  /** The n most frequent of n alarms are all of them, and of few more they are at least n in so many, whatever the alarms do. */
  function badActorShare(): AlarmKpi[] {
    if (found.different <= limits.badActors) return []
    const figure = `share of the ${limits.badActors} most frequent alarms, %`
    const value = percent(
      found.badActors.reduce((sum, actor) => sum + actor.alarms, 0),
      alarms,
    )
    const canBeMet = percent(limits.badActors, found.different) <= limits.badActorPercent
    return [canBeMet ? judged(figure, value, 'at most', 'badActorPercent') : { figure, value }]
  }
}
