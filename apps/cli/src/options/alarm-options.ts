import { alarmRule } from '@minilake/analytics'
import { UsageError } from '@minilake/lake'
import { suggestion } from '@minilake/lake/text'
import { type AlarmRule, alarmRulesOf, checkAlarmRules, type Table } from '@minilake/schema'
import { type Command, Option } from 'commander'
import { asUsage } from './as-usage.js'
import { findNumericColumns, tableOption } from './find-table.js'
import { flagText } from './flag-text.js'
import { delay, finiteNumber, nameList, parsedBy } from './parsers.js'
import { type TimeFlags, withTimeOptions } from './time-options.js'

/** The options that say which alarms. */
export interface AlarmFlags extends TimeFlags {
  table?: string
  rules?: string[]
  column?: string
  above?: number
  below?: number
  deadband?: number
  onDelay?: number
  offDelay?: number
  by?: string[]
}

/** Adds the options that say which alarms. */
export function withAlarmOptions(command: Command): Command {
  return withTimeOptions(
    command
      .addOption(tableOption())
      .option(
        '--rules <names>',
        'alarm rules of the definition, separated by commas (default: all)',
        parsedBy(nameList),
      )
      .option('--column <name>', 'column to watch (default: every one with alarm rules)')
      .addOption(
        new Option('--above <value>', 'a limit instead of the rules: readings above it are alarm rows')
          .argParser(parsedBy(finiteNumber))
          .conflicts(['below', 'rules']),
      )
      .addOption(
        new Option('--below <value>', 'a limit instead of the rules: readings below it are alarm rows')
          .argParser(parsedBy(finiteNumber))
          .conflicts('rules'),
      )
      .option(
        '--deadband <value>',
        'how far back an alarm ends (default: that of the rule)',
        parsedBy(finiteNumber),
      )
      .option(
        '--on-delay <time>',
        'how long readings are beyond the limit before an alarm, such as 15s (default: that of the rule)',
        parsedBy(delay),
      )
      .option(
        '--off-delay <time>',
        'how long they are back before it ends (default: that of the rule)',
        parsedBy(delay),
      )
      .option(
        '--by <names>',
        'columns, separated by commas, that identify a source (default: those of type varchar)',
        parsedBy(nameList),
      ),
  )
}

/** The rules that options ask for. Throws a UsageError that suggests the nearest name. */
export function findAlarmRules(table: Table, flags: AlarmFlags): AlarmRule[] {
  const { column, above, below } = flags
  if (column !== undefined) findNumericColumns(table, '--column', [column])
  const changes = {
    ...(flags.deadband !== undefined && { deadband: flags.deadband }),
    ...(flags.onDelay !== undefined && { onDelaySeconds: flags.onDelay }),
    ...(flags.offDelay !== undefined && { offDelaySeconds: flags.offDelay }),
  }
  return asUsage(() => {
    try {
      if (above !== undefined || below !== undefined)
        return [
          alarmRule(table, {
            ...(column !== undefined && { column }),
            ...(above !== undefined && { above }),
            ...(below !== undefined && { below }),
            ...changes,
          }),
        ]
      const rules = namedRules(table, flags).map((rule) => ({ ...rule, ...changes }))
      checkAlarmRules(`table ${table.name}`, rules, table)
      return rules
    } catch (error) {
      if (error instanceof Error) error.message = flagText(error.message)
      throw error
    }
  })
}

function namedRules(table: Table, { column, rules: names }: AlarmFlags): AlarmRule[] {
  const known = alarmRulesOf(table).filter((rule) => column === undefined || rule.column === column)
  if (known.length === 0)
    throw new UsageError(
      `table ${table.name} has no alarm rule${column === undefined ? '' : ` on column ${column}`}: define a highLimit or alarms of a column, or give --column with --above or --below`,
    )
  const all = known.map(({ name }) => name)
  const unknown = names?.find((name) => !all.includes(name))
  if (unknown !== undefined)
    throw new UsageError(
      `--rules expected alarm rules of table ${table.name} (${all.join(', ')}), got ${unknown}${suggestion(unknown, all)}`,
    )
  return known.filter(({ name }) => names === undefined || names.includes(name))
}

/** Rules as a condition that a person reads: `pressure > 150 or speed < 900`. */
export function limitsText(rules: readonly AlarmRule[]): string {
  const limits = rules.map(({ column, side, limit }) => `${column} ${side === 'above' ? '>' : '<'} ${limit}`)
  return [...new Set(limits)].join(' or ')
}
