import type { Column } from './column.js'

/**
 * When an alarm is raised and when it ends (ISA-18.2-2016, IEC 62682:2014). The deadband and the delays prevent chattering.
 * `above` and `deadband` are in the column's unit.
 */
export interface AlarmRule {
  /** A reading strictly above this limit is an alarm row. */
  readonly above: number
  /** The alarm condition ends at `above` − `deadband` or below. */
  readonly deadband: number
  readonly onDelaySeconds: number
  readonly offDelaySeconds: number
}

/** The alarm rule in a column's definition, or undefined if the column has no `highLimit`. */
export function alarmRuleOf({
  highLimit,
  deadband = 0,
  onDelaySeconds = 0,
  offDelaySeconds = 0,
}: Column): AlarmRule | undefined {
  return highLimit === undefined ? undefined : { above: highLimit, deadband, onDelaySeconds, offDelaySeconds }
}
