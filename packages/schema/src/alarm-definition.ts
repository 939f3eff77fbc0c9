/** How urgent an alarm is, from the least to the most urgent; ISA-18.2 calls it the alarm's priority. */
export const alarmSeverities = ['low', 'medium', 'high', 'critical'] as const

/** One of `alarmSeverities`. */
export type AlarmSeverity = (typeof alarmSeverities)[number]

/** An alarm rule in a column's definition: a limit on one side, in the column's unit, and how its alarms are raised and end. */
export type AlarmDefinition = {
  /** Lower-case letters, digits and underscores. Default: the column's name with `_high` or `_low`. */
  readonly name?: string
  /** Default 'low'. */
  readonly severity?: AlarmSeverity
  /** How far back from the limit a reading must come for the alarm to end, in the column's unit. Default 0. */
  readonly deadband?: number
  /** How long readings must be beyond the limit before an alarm is raised, in seconds. Default 0. */
  readonly onDelaySeconds?: number
  /** How long readings must be back before the alarm ends, in seconds. Default 0. */
  readonly offDelaySeconds?: number
} & (
  | {
      /** A reading strictly above this limit is an alarm row. */
      readonly above: number
      readonly below?: never
    }
  | {
      /** A reading strictly below this limit is an alarm row. */
      readonly below: number
      readonly above?: never
    }
)
