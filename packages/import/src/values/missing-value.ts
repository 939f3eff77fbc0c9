import { type ColumnType, quoteLiteral } from '@minilake/schema'
import type { MissingOptions } from './missing-options.js'
import type { ValueSql } from './value-sql.js'

/** Blank texts as a regular expression, with the blanks of Unicode that loggers write. */
const blank = '[\\s\\x{A0}\\x{FEFF}]*'

const decimal = /^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf|infinity))$/i
const whole = /^[+-]?\d+(\.0*)?$/

const numberTypes: Readonly<Partial<Record<ColumnType, { sql: string; form: RegExp }>>> = {
  double: { sql: 'DOUBLE', form: decimal },
  real: { sql: 'REAL', form: decimal },
  bigint: { sql: 'BIGINT', form: whole },
  integer: { sql: 'INTEGER', form: whole },
}

/** A value of which some are no value. `isText` says whether the raw value is a text. */
export function withMissing(
  value: ValueSql,
  type: ColumnType,
  { nullText = [], isText }: MissingOptions & { isText: boolean },
): ValueSql {
  const texts = typeof nullText === 'string' ? [nullText] : nullText
  const number = numberTypes[type]
  const numbers = number ? texts.map((text) => text.trim()).filter((text) => number.form.test(text)) : []
  const isNumber = (parsed: string) =>
    `${parsed} IN (${numbers.map((text) => `TRY_CAST(${quoteLiteral(text)} AS ${number?.sql})`).join(', ')})`
  const isOneOf = (raw: string) =>
    type === 'varchar'
      ? `${raw} IN (${texts.map(quoteLiteral).join(', ')})`
      : `trim(${raw}) IN (${texts.map((text) => quoteLiteral(text.trim())).join(', ')})`
  const mayBeText = isText && texts.length > 0
  const conditions = (parsed: string, raw: string) => [
    ...(isText && type !== 'varchar' ? [`regexp_full_match(${raw}, '${blank}')`] : []),
    ...(mayBeText ? [isOneOf(raw)] : []),
    ...(numbers.length > 0 ? [`(${isNumber(parsed)} AND ${value.value(parsed, raw)} IS NOT NULL)`] : []),
  ]
  return {
    ...value,
    value: (parsed, raw) => {
      if (numbers.length > 0) return `CASE WHEN NOT ${isNumber(parsed)} THEN ${value.value(parsed, raw)} END`
      // A text that is no number gives no number anyway.
      if (!mayBeText || number) return value.value(parsed, raw)
      return `CASE WHEN NOT ${isOneOf(raw)} THEN ${value.value(parsed, raw)} END`
    },
    isMissing: (parsed, raw) =>
      conditions(parsed, raw)
        .map((condition) => `coalesce(${condition}, false)`)
        .join(' OR ') || 'false',
  }
}
