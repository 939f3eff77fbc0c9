import { alarmSeverities, millisPerDay } from '@minilake/schema'
import type { Episode } from '../queries/alarm-episodes.js'
import { alarmTally, type BadActor } from './alarm-tally.js'
import { checkedLimits, type KpiLimits } from './kpi-limits.js'

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
  /** Absent if no standard has one. */
  limit?: number
  /** How the value should be to the limit. */
  target?: 'at most' | 'less than' | 'about'
  /** Whether it is; absent without a limit, and for `about`. */
  isMet?: boolean
  /** The standard that defines it, with its year. */
  standard: string
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
 * Key performance indicators (ISA-18.2-2009, IEC 62682:2014, EEMUA 191:2013) of alarm episodes in order of start, such as those of
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
 * for (const { figure, value, isMet, standard } of figures) console.log(figure, value, isMet, standard)
 * await engine.close()
 * ```
 */
export async function alarmKpis(
  episodes: AsyncIterable<Episode> | Iterable<Episode>,
  { from, to, limits: given = {} }: AlarmKpisOptions,
): Promise<AlarmKpis> {
  const limits = checkedLimits(given)
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
  const eemua = 'EEMUA 191:2013'
  const isa = 'ISA-18.2-2009'
  const figures = [
    atMost('alarms per day, average', alarms / days, limits.perDay, 'IEC 62682:2014 (ISA-18.2-2009: 150)'),
    atMost('alarms per day, most', found.mostPerDay, limits.mostPerDay, isa),
    atMost('alarms per 10 minutes, average', alarms / (days * 144), limits.perTenMinutes, eemua),
    atMost('alarms per 10 minutes, most', found.mostPerTenMinutes, limits.mostPerTenMinutes, isa),
    { figure: 'floods', value: found.floods, standard: isa },
    lessThan('time in flood, %', percent(found.floodIntervals, found.intervals), limits.floodPercent, isa),
    atMost('chattering alarms', found.chattering, limits.chattering, isa),
    atMost('fleeting alarms', found.fleeting, limits.fleeting, isa),
    lessThan('stale alarms, most on a day', found.mostStalePerDay, limits.stale, isa),
    lessThan('standing alarms, average', found.standingMillis / millis, limits.standing, eemua),
    { figure: 'standing alarms, at the end', value: found.standing, standard: eemua },
    atMost(
      `share of the ${limits.badActors} most frequent alarms, %`,
      percent(
        found.badActors.reduce((sum, actor) => sum + actor.alarms, 0),
        alarms,
      ),
      limits.badActorPercent,
      isa,
    ),
    ...alarmSeverities.map((severity) => ({
      figure: `alarms of severity ${severity}, %`,
      value: percent(found.bySeverity.get(severity) ?? 0, alarms),
      limit: limits[`${severity}Percent`],
      target: 'about' as const,
      standard: `${isa}, ${eemua}`,
    })),
  ]
  return { from, to, alarms, figures, badActors: found.badActors }
}

function atMost(figure: string, value: number, limit: number, standard: string): AlarmKpi {
  return { figure, value, limit, target: 'at most', isMet: value <= limit, standard }
}

function lessThan(figure: string, value: number, limit: number, standard: string): AlarmKpi {
  return { figure, value, limit, target: 'less than', isMet: value < limit, standard }
}
