import { type AlarmSeverity, millisPerDay } from '@minilake/schema'
import type { Episode } from '../queries/alarm-episodes.js'
import type { KpiLimits } from './kpi-limits.js'

/** An alarm that is raised often. */
export interface BadActor {
  /** Its source and its rule: `pump-0007 pressure_high`. */
  alarm: string
  /** How often it was raised. */
  alarms: number
  /** Of all alarms. */
  percent: number
}

/** Counts alarm episodes for KPIs. Times are epoch milliseconds. */
export interface AlarmTally {
  /** Adds an episode, of one alarm in order of start. Those that start outside the period are left out. */
  add(episode: Episode): void
  result(): TallyResult
}

interface TallyResult {
  alarms: number
  /** Alarms that were raised at least once: different rules or sources. */
  different: number
  mostPerDay: number
  mostPerTenMinutes: number
  floods: number
  /** Intervals of 10 minutes in flood, and all of them. */
  floodIntervals: number
  intervals: number
  chattering: number
  fleeting: number
  mostStalePerDay: number
  /** The time for which alarms stood, summed over them. */
  standingMillis: number
  /** Alarms without an end. */
  standing: number
  bySeverity: ReadonlyMap<AlarmSeverity, number>
  badActors: BadActor[]
}

/** An alarm's newest episodes that have ended. */
interface Recent {
  start: number
  isFleeting: boolean
  isChattering: boolean
}

interface Alarm {
  alarms: number
  recent: Recent[]
  isChattering: boolean
}

const tenMinutes = 600_000

/** A tally of the alarms of a period. */
export function alarmTally({
  from,
  to,
  limits,
}: {
  from: number
  to: number
  limits: KpiLimits
}): AlarmTally {
  const byAlarm = new Map<string, Alarm>()
  const byDay = new Map<number, number>()
  const byInterval = new Map<number, number>()
  const staleByDay = new Map<number, number>()
  const bySeverity = new Map<AlarmSeverity, number>()
  let [alarms, standing, standingMillis, fleeting] = [0, 0, 0, 0]

  const chatter = (alarm: Alarm, start: number, end: number) => {
    const isFleeting = end - start <= limits.fleetingSeconds * 1000
    if (isFleeting) fleeting++
    const { recent } = alarm
    recent.push({ start, isFleeting, isChattering: false })
    if (recent.length > limits.chatteringTimes) recent.shift()
    const [first] = recent
    if (!first || recent.length < limits.chatteringTimes) return
    if (end - first.start > limits.chatteringSeconds * 1000) return
    alarm.isChattering = true
    for (const each of recent) {
      if (each.isFleeting && !each.isChattering) fleeting-- // it repeats, so it chatters
      each.isChattering = true
    }
  }

  return {
    add: (episode) => {
      const start = episode.start.getTime()
      if (start < from || start >= to) return
      const end = Math.min(episode.end?.getTime() ?? to, to)
      alarms++
      if (episode.end === null) standing++
      standingMillis += end - start
      count(byDay, Math.floor(start / millisPerDay))
      count(byInterval, Math.floor(start / tenMinutes))
      count(bySeverity, episode.severity)
      const name = alarmName(episode)
      const alarm = byAlarm.get(name) ?? { alarms: 0, recent: [], isChattering: false }
      byAlarm.set(name, alarm)
      alarm.alarms++
      if (episode.end !== null) chatter(alarm, start, episode.end.getTime())
      const stale = start + limits.staleHours * 3_600_000
      if (end <= stale) return
      for (let day = Math.floor(stale / millisPerDay); day * millisPerDay < end; day++) count(staleByDay, day)
    },
    result: () => {
      const worst = [...byAlarm].sort(([a, { alarms: x }], [b, { alarms: y }]) => y - x || (a < b ? -1 : 1))
      return {
        ...{ alarms, standing, standingMillis, fleeting, bySeverity },
        different: byAlarm.size,
        mostPerDay: greatest(byDay),
        mostPerTenMinutes: greatest(byInterval),
        ...floodsOf(byInterval, { from, to, limits }),
        chattering: worst.filter(([, { isChattering }]) => isChattering).length,
        mostStalePerDay: greatest(staleByDay),
        badActors: worst
          .slice(0, limits.badActors)
          .map(([alarm, { alarms: times }]) => ({ alarm, alarms: times, percent: (100 * times) / alarms })),
      }
    },
  }
}

/** Floods among the intervals of 10 minutes that a period touches. */
function floodsOf(
  byInterval: ReadonlyMap<number, number>,
  { from, to, limits }: { from: number; to: number; limits: KpiLimits },
): Pick<TallyResult, 'floods' | 'floodIntervals' | 'intervals'> {
  const first = Math.floor(from / tenMinutes)
  const last = Math.ceil(to / tenMinutes)
  let [floods, floodIntervals, isFlood] = [0, 0, false]
  let before = first
  for (const interval of [...byInterval.keys()].sort((a, b) => a - b)) {
    const found = byInterval.get(interval) ?? 0
    // Intervals without alarms in between: they end a flood, unless the limit is 0.
    if (isFlood && interval > before) {
      if (limits.floodEnd > 0) isFlood = false
      else floodIntervals += interval - before
    }
    if (!isFlood && found > limits.floodStart) {
      isFlood = true
      floods++
    } else if (isFlood && found < limits.floodEnd) isFlood = false
    if (isFlood) floodIntervals++
    before = interval + 1
  }
  if (isFlood && limits.floodEnd === 0) floodIntervals += last - before
  return { floods, floodIntervals, intervals: last - first }
}

const episodeFields = ['rule', 'severity', 'start', 'end', 'seconds', 'peak', 'rows']

/** The source and the rule of an episode: all that says where it is from. */
function alarmName(episode: Episode): string {
  const source = Object.entries(episode).filter(([name]) => !episodeFields.includes(name))
  return [...source.map(([, value]) => String(value)), episode.rule].join(' ')
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function greatest(counts: ReadonlyMap<unknown, number>): number {
  let most = 0
  for (const value of counts.values()) most = Math.max(most, value)
  return most
}
