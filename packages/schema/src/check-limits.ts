import { checkName } from './check-name.js'
import { checkOptions } from './check-options.js'
import { type Column, isNumeric } from './column.js'
import { describeValue } from './describe-value.js'

const delayOptions = ['deadband', 'onDelaySeconds', 'offDelaySeconds'] as const

/** The options of a column that concern its limits. */
export const limitOptions = ['highLimit', ...delayOptions, 'alarms', 'range'] as const

/** Throws a TypeError unless the limits of a column have the right form; what their numbers mean is for `checkAlarmRules`. */
export function checkLimits(subject: string, name: string, column: Column): void {
  const { type, highLimit } = column
  if (highLimit !== undefined && !(isNumeric[type] && Number.isFinite(highLimit))) {
    throw new TypeError(
      `${subject}: highLimit expected a finite number on a numeric column, got ${highLimit} on ${name} (${type})`,
    )
  }
  for (const option of delayOptions) {
    const value = column[option]
    if (value === undefined) continue
    if (highLimit === undefined || !(value >= 0 && value < Infinity)) {
      throw new TypeError(
        `${subject}: ${option} expected a number of at least 0 beside a highLimit, got ${value} on ${name}`,
      )
    }
  }
  if (column.range !== undefined) checkRange(subject, name, column)
  const alarms: unknown = column.alarms ?? []
  if (!Array.isArray(alarms) || (alarms.length > 0 && !isNumeric[type]))
    throw new TypeError(
      `${subject}: alarms expected an array of rules on a numeric column, got ${describeValue(alarms)} on ${name} (${type})`,
    )
  for (const alarm of alarms as NonNullable<Column['alarms']>) {
    const of = `${subject}: alarms of ${name}`
    checkOptions(of, alarm, ['name', 'severity', 'above', 'below', ...delayOptions])
    if ((alarm.above === undefined) === (alarm.below === undefined))
      throw new TypeError(
        `${of} expected either above or below in each, got ${alarm.above === undefined ? 'none' : 'both'}`,
      )
    if (alarm.name !== undefined) checkName(`${of}: name`, alarm.name)
  }
}

function checkRange(subject: string, name: string, { range, type }: Column): void {
  const [least, greatest] = Array.isArray(range) && range.length === 2 ? (range as number[]) : []
  if (isNumeric[type] && Number.isFinite(least) && Number.isFinite(greatest) && least! < greatest!) return
  throw new TypeError(
    `${subject}: range expected a least and a greater number on a numeric column, got ${JSON.stringify(range)} on ${name} (${type})`,
  )
}
