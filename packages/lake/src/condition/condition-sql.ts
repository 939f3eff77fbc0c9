import { quoteIdentifier } from '@minilake/schema'
import { columnLiteral } from './column-literal.js'
import type { Condition } from './condition.js'

/** A condition as SQL that DuckDB and Trino answer as `matchingRows` does, also for NaN, which DuckDB takes for the greatest number. */
export function conditionSql(condition: Condition): string {
  switch (condition.kind) {
    case 'compare': {
      const { column, operator, value } = condition
      const name = quoteIdentifier(condition.name)
      const comparison = `${name} ${operator} ${columnLiteral[column.type].sql(value)}`
      const isAbove = operator === '>' || operator === '>='
      return isAbove && (column.type === 'double' || column.type === 'real')
        ? `(${comparison} AND ${name} <= CAST('Infinity' AS DOUBLE))`
        : comparison
    }
    case 'isNull':
      return `${quoteIdentifier(condition.name)} IS NULL`
    case 'not':
      return `NOT (${conditionSql(condition.term)})`
    default:
      return `(${condition.terms.map(conditionSql).join(` ${condition.kind.toUpperCase()} `)})`
  }
}
