import type { Column } from './column.js'

/**
 * When an alarm is raised and when it ends (ISA-18.2-2016, IEC 62682:2014): over the limit, with a deadband and delays
 * against chattering. Units are the column's own.
 */
export interface AlarmRule {
  /** A reading strictly above it is an alarm row. */
  readonly above: number
  /** The condition ends at `above` − `deadband` or below. */
  readonly deadband: number
  readonly onDelaySeconds: number
  readonly offDelaySeconds: number
}

/** A column's own alarm rule; undefined where it has no `highLimit`. */
export function alarmRuleOf({
  highLimit,
  deadband = 0,
  onDelaySeconds = 0,
  offDelaySeconds = 0,
}: Column): AlarmRule | undefined {
  return highLimit === undefined ? undefined : { above: highLimit, deadband, onDelaySeconds, offDelaySeconds }
}
