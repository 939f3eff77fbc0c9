import type { Table } from '@minilake/schema'
import { conditionSql } from './condition-sql.js'
import { parseCondition } from './parse-condition.js'

/** A condition on the rows of a table, as `remove` takes it, as SQL for both engines. Throws a UsageError with the place of a mistake. */
export function whereSql(table: Table, text: string): string {
  return conditionSql(parseCondition(table, text))
}
