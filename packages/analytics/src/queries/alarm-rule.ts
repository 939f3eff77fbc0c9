import {
  type AlarmRule,
  alarmRuleOf,
  alarmRulesOf,
  type AlarmSeverity,
  checkAlarmRules,
  columnsOf,
  isNumeric,
  type NumericColumnName,
  type Table,
} from '@minilake/schema'

/** Which alarm rules to apply. */
export interface RulesOptions {
  /** Default: the rules in the table's definition, `alarmRulesOf(table)`. */
  rules?: readonly AlarmRule[]
}

/** An alarm rule other than those in the table's definition. What is not given is as in the rule of the definition. */
export interface AlarmRuleOptions<T extends Table> {
  /** The monitored column. Default: the table's only column with alarm rules. */
  column?: NumericColumnName<T>
  /** A reading strictly above this limit is an alarm row. */
  above?: number
  /** A reading strictly below this limit is an alarm row. Neither `above` nor `below`: the limit of the definition. */
  below?: number
  /** How far back from the limit a reading must come for the alarm to end, in the column's unit. */
  deadband?: number
  /** How long readings must be beyond the limit before an alarm is raised, to the millisecond. */
  onDelaySeconds?: number
  /** How long readings must be back before the alarm ends, to the millisecond. */
  offDelaySeconds?: number
  severity?: AlarmSeverity
}

/**
 * A rule for alarms of a table: what is not given comes from the first rule of the column on that side of the limit, else deadband and
 * delays are 0. Throws a TypeError if column or limit is not determined, and a RangeError for a rule out of range.
 */
export function alarmRule<T extends Table>(
  table: T,
  { column, above, below, ...given }: AlarmRuleOptions<T> = {},
): AlarmRule {
  const known = alarmRulesOf(table)
  const watched = [...new Set(known.map((rule) => rule.column))]
  const wanted = column ?? (watched.length === 1 ? watched[0] : undefined)
  if (wanted === undefined)
    throw new TypeError(
      `alarms on table ${table.name} expected a column option, or exactly one column with alarm rules, got ${watched.join(', ') || 'none'}`,
    )
  if (above !== undefined && below !== undefined)
    throw new TypeError(`alarms on table ${table.name} expected either above or below, got both`)
  const limit = above ?? below
  const side = above === undefined && below !== undefined ? 'below' : 'above'
  const own = known.find((rule) => rule.column === wanted && (limit === undefined || rule.side === side))
  if (own === undefined && limit === undefined)
    throw new TypeError(
      `alarms on table ${table.name} expected a limit (above or below): column ${wanted} has no alarm rule`,
    )
  const rule = {
    ...(own ?? alarmRuleOf(wanted, side === 'above' ? { above: 0 } : { below: 0 })),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(limit !== undefined && { limit }),
  }
  return rulesOf(table, [rule])[0] as AlarmRule
}

/** The given rules, checked, else those of the table. Throws a TypeError for a table without rules. */
export function rulesOf(
  table: Table,
  rules: readonly AlarmRule[] = alarmRulesOf(table),
): readonly AlarmRule[] {
  if (rules.length === 0)
    throw new TypeError(
      `alarms on table ${table.name} expected a column with a highLimit or alarms in its definition, or a rule, got none`,
    )
  for (const { column } of rules) {
    const type = columnsOf(table).find(([name]) => name === column)?.[1].type
    if (type === undefined || !isNumeric[type])
      throw new TypeError(
        `table ${table.name} expected a numeric column, got ${column} (${type ?? 'no such column'})`,
      )
  }
  checkAlarmRules(`table ${table.name}`, rules, table)
  return rules
}
