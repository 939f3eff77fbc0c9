import { type AlarmDefinition, alarmSeverities, type AlarmSeverity } from './alarm-definition.js'
import type { Column } from './column.js'

/** When alarms of a column are raised and when they end (ISA-18.2-2016, IEC 62682:2014). Deadband and delays prevent chattering. */
export interface AlarmRule {
  /** Unique within the table. */
  readonly name: string
  readonly severity: AlarmSeverity
  readonly column: string
  /** The side of the limit on which readings are alarm rows. */
  readonly side: 'above' | 'below'
  /** In the column's unit; a reading exactly at it is no alarm row. */
  readonly limit: number
  /** The alarm condition ends at `limit` − `deadband` or below, of a rule `below` at `limit` + `deadband` or above. */
  readonly deadband: number
  readonly onDelaySeconds: number
  readonly offDelaySeconds: number
}

/** The numbers of the alarm rule that a column's `highLimit` stands for. */
export interface HighLimitRule extends Pick<AlarmRule, 'deadband' | 'onDelaySeconds' | 'offDelaySeconds'> {
  readonly above: number
}

/** The rule of a column's `highLimit`, or undefined if it has none. */
export function highLimitRuleOf({
  highLimit,
  deadband = 0,
  onDelaySeconds = 0,
  offDelaySeconds = 0,
}: Column): HighLimitRule | undefined {
  return highLimit === undefined ? undefined : { above: highLimit, deadband, onDelaySeconds, offDelaySeconds }
}

/** The alarm rules of a table, in the order of its columns; a column's `highLimit` comes before its `alarms`. */
export function alarmRulesOf({ columns }: { columns: Readonly<Record<string, Column>> }): AlarmRule[] {
  return Object.entries(columns).flatMap(([name, column]) => {
    const high = highLimitRuleOf(column)
    return [...(high ? [high] : []), ...(column.alarms ?? [])].map((alarm) => alarmRuleOf(name, alarm))
  })
}

/** The complete rule of an alarm's definition. */
export function alarmRuleOf(
  column: string,
  { above, below, name, severity = 'low', ...given }: AlarmDefinition,
): AlarmRule {
  const { deadband = 0, onDelaySeconds = 0, offDelaySeconds = 0 } = given
  const side = above === undefined ? 'below' : 'above'
  return {
    name: name ?? `${column}_${side === 'above' ? 'high' : 'low'}`,
    severity,
    column,
    side,
    limit: above ?? below,
    deadband,
    onDelaySeconds,
    offDelaySeconds,
  }
}

/** The value at which the condition of an alarm ends, in the column's unit. */
export function alarmEndLimit({ side, limit, deadband }: AlarmRule): number {
  return side === 'above' ? limit - deadband : limit + deadband
}

/** The greatest number of seconds of a delay, as it is of an INTERVAL in Trino. */
const longestDelaySeconds = 2 ** 31 - 1

/** Throws a RangeError that begins with `subject` for rules out of range, or under which an alarm could never be raised or end. */
export function checkAlarmRules(
  subject: string,
  rules: readonly AlarmRule[],
  { columns }: { columns: Readonly<Record<string, Column>> },
): void {
  const names = new Set<string>()
  for (const rule of rules) {
    const { name } = rule
    checkAlarmRule(`${subject}: alarm ${name}`, rule, columns[rule.column]?.range)
    if (names.has(name))
      throw new RangeError(`${subject}: alarms expected different names, got ${name} twice: set name`)
    names.add(name)
    for (const low of rules) {
      if (rule.side !== 'above' || low.side !== 'below' || rule.column !== low.column) continue
      checkPair(subject, rule, low)
    }
  }
}

function checkAlarmRule(subject: string, rule: AlarmRule, range: Column['range']): void {
  const { side, limit, deadband, severity } = rule
  const refuse = (name: string, expected: string, value: number) => {
    throw new RangeError(`${subject}: ${name} expected ${expected}, got ${value}`)
  }
  if (!Number.isFinite(limit)) refuse(side, 'a finite number', limit)
  if (!Number.isFinite(deadband) || deadband < 0) refuse('deadband', 'a number of 0 or more', deadband)
  for (const name of ['onDelaySeconds', 'offDelaySeconds'] as const) {
    if (!(typeof rule[name] === 'number' && rule[name] >= 0 && rule[name] <= longestDelaySeconds))
      refuse(name, `seconds from 0 to ${longestDelaySeconds}`, rule[name])
  }
  if (!alarmSeverities.includes(severity))
    throw new RangeError(`${subject}: severity expected ${alarmSeverities.join(', ')}, got ${severity}`)
  if (range === undefined) return
  const [least, greatest] = range
  if (limit < least || limit > greatest || limit === (side === 'above' ? greatest : least))
    throw new RangeError(
      `${subject}: ${side} expected a limit inside the column's range of ${range.join(' to ')}, got ${limit}`,
    )
  const widest = side === 'above' ? limit - least : greatest - limit
  if (deadband > widest)
    throw new RangeError(
      `${subject}: deadband expected at most ${widest}, so that the alarm can end in the column's range of ${range.join(' to ')}, got ${deadband}`,
    )
}

/** A high and a low alarm of one column have a band between them in which both can end. */
function checkPair(subject: string, high: AlarmRule, low: AlarmRule): void {
  const band = high.limit - low.limit
  if (!(band > 0))
    throw new RangeError(
      `${subject}: alarms ${high.name} and ${low.name} expected a band without alarm between their limits, got above ${high.limit} and below ${low.limit}`,
    )
  for (const { name, deadband } of [high, low]) {
    if (deadband > band)
      throw new RangeError(
        `${subject}: alarm ${name}: deadband expected at most ${band}, the band between ${high.name} and ${low.name}, got ${deadband}`,
      )
  }
}
