/** The limits that key performance indicators of alarms are judged by. `limitFrom` of a figure names the standard that its default is from. */
export interface KpiLimits {
  /** Alarms per day that are acceptable on average. Default 144; ISA-18.2-2009 had about 150, ISA-18.2-2016 has none. */
  perDay: number
  /** Alarms on the worst day that are still manageable. Default 300. */
  mostPerDay: number
  /** Alarms per 10 minutes that are manageable on average. Default 1. */
  perTenMinutes: number
  /** Alarms in the worst 10 minutes. Default 10. */
  mostPerTenMinutes: number
  /** A flood starts with 10 minutes of more alarms than this. Default 10. */
  floodStart: number
  /** A flood ends with 10 minutes of fewer alarms than this. Default 5. */
  floodEnd: number
  /** Percentage of the time in flood must be below. Default 1. */
  floodPercent: number
  /** An alarm that is raised and ends this many times within `chatteringSeconds` chatters. Default 3, as is common. */
  chatteringTimes: number
  /** Default 60, as is common. */
  chatteringSeconds: number
  /** Alarms that may chatter. Default 0. */
  chattering: number
  /** An alarm that ends within so many seconds, and does not chatter, is fleeting. Default 10. */
  fleetingSeconds: number
  /** Fleeting alarms that are acceptable. Default 0. */
  fleeting: number
  /** An alarm that stands longer is stale. Default 24. */
  staleHours: number
  /** Stale alarms on any day must be fewer. Default 5. */
  stale: number
  /** Standing alarms must on average be fewer. Default 10. */
  standing: number
  /** How many of the most frequent alarms are bad actors. Default 10. */
  badActors: number
  /** Percentage of all alarms that bad actors may make. Default 5. */
  badActorPercent: number
  /** Percentage of alarms of each severity: about 80, 15 and 5, and of the critical ones less than 1. */
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

const isa = 'ISA-18.2-2016'

/** The standards that default limits are from, with their years. The others are defaults of this library. */
export const kpiLimitStandards: Readonly<Partial<Record<keyof KpiLimits, string>>> = {
  perDay: 'IEC 62682:2014',
  perTenMinutes: `${isa}, EEMUA 191:2013`,
  mostPerTenMinutes: isa,
  floodPercent: isa,
  chattering: isa,
  fleeting: isa,
  stale: isa,
  badActorPercent: isa,
  lowPercent: isa,
  mediumPercent: isa,
  highPercent: isa,
  criticalPercent: isa,
}

/** The default limits with those given. Throws a RangeError for a number that is negative or, where things are counted, not whole. */
export function checkedKpiLimits(given: Partial<KpiLimits>): KpiLimits {
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
