/** The limits that key performance indicators of alarms are judged by, with the standard that each default is from. */
export interface KpiLimits {
  /** Alarms per day that are acceptable on average. Default 144 (IEC 62682:2014; ISA-18.2-2009 says about 150). */
  perDay: number
  /** Alarms on the worst day that are still manageable. Default 300 (ISA-18.2-2009). */
  mostPerDay: number
  /** Alarms per 10 minutes that are manageable on average. Default 1 (EEMUA 191:2013). */
  perTenMinutes: number
  /** Alarms in the worst 10 minutes. Default 10 (ISA-18.2-2009). */
  mostPerTenMinutes: number
  /** A flood starts with 10 minutes of more alarms than this. Default 10 (ISA-18.2-2009). */
  floodStart: number
  /** A flood ends with 10 minutes of fewer alarms than this. Default 5 (ISA-18.2-2009). */
  floodEnd: number
  /** Percentage of the time in flood must be below. Default 1 (ISA-18.2-2009). */
  floodPercent: number
  /** An alarm that is raised and ends this many times within `chatteringSeconds` chatters. Default 3 (ISA-18.2-2009). */
  chatteringTimes: number
  /** Default 60 (ISA-18.2-2009). */
  chatteringSeconds: number
  /** Alarms that may chatter. Default 0 (ISA-18.2-2009). */
  chattering: number
  /** An alarm that ends within so many seconds, and does not chatter, is fleeting. Default 10: ISA-18.2-2016 has no number. */
  fleetingSeconds: number
  /** Fleeting alarms that are acceptable. Default 0 (ISA-18.2-2009). */
  fleeting: number
  /** An alarm that stands longer is stale. Default 24 (ISA-18.2-2009). */
  staleHours: number
  /** Stale alarms on any day must be fewer. Default 5 (ISA-18.2-2009). */
  stale: number
  /** Standing alarms must on average be fewer. Default 10 (EEMUA 191:2013). */
  standing: number
  /** How many of the most frequent alarms are bad actors. Default 10 (ISA-18.2-2009). */
  badActors: number
  /** Percentage of all alarms that bad actors may make. Default 5 (ISA-18.2-2009). */
  badActorPercent: number
  /** Percentage of alarms of each severity, about. Defaults 80, 15, 5 and 1 (ISA-18.2-2009, EEMUA 191:2013). */
  lowPercent: number
  mediumPercent: number
  highPercent: number
  criticalPercent: number
}

/** The defaults of `KpiLimits`. */
export const kpiLimits: Readonly<KpiLimits> = {
  perDay: 144,
  mostPerDay: 300,
  perTenMinutes: 1,
  mostPerTenMinutes: 10,
  floodStart: 10,
  floodEnd: 5,
  floodPercent: 1,
  chatteringTimes: 3,
  chatteringSeconds: 60,
  chattering: 0,
  fleetingSeconds: 10,
  fleeting: 0,
  staleHours: 24,
  stale: 5,
  standing: 10,
  badActors: 10,
  badActorPercent: 5,
  lowPercent: 80,
  mediumPercent: 15,
  highPercent: 5,
  criticalPercent: 1,
}

/** The default limits with those given. Throws a RangeError for a number that is negative or, where things are counted, not whole. */
export function checkedLimits(given: Partial<KpiLimits>): KpiLimits {
  const limits = { ...kpiLimits, ...given }
  for (const [name, value] of Object.entries(limits)) {
    if (!(value >= 0 && value < Infinity))
      throw new RangeError(`alarm KPI limit ${name} expected a number of at least 0, got ${value}`)
  }
  for (const name of ['chatteringTimes', 'badActors'] as const) {
    if (!Number.isInteger(limits[name]) || limits[name] < 1)
      throw new RangeError(
        `alarm KPI limit ${name} expected a whole number of at least 1, got ${limits[name]}`,
      )
  }
  if (limits.floodEnd > limits.floodStart + 1)
    throw new RangeError(
      `alarm KPI limit floodEnd expected at most ${limits.floodStart + 1}, so that a flood can last, got ${limits.floodEnd}`,
    )
  return limits
}
