import { columnsOf, eventTimeColumn, quoteIdentifier, sqlTableName, type Table } from '@minilake/schema'
import type { Dialect } from '../dialect.js'
import type { QualityCheck } from './quality-options.js'
import type { QualityPlan, WantedCheck } from './quality-plan.js'
import { beyondSql, nanCountSql } from './reading-sql.js'
import { timeRangeConditions, whereClause } from './time-range.js'

/** SQL for the rows of a moment that are wrong, by check. The others are known once the moments are in order. */
export const rowsOfCheck: Partial<
  Record<QualityCheck, (table: Table, plan: QualityPlan, wanted: WantedCheck) => string>
> = {
  duplicate: (table, plan) =>
    isKeyOfMoment(table, plan) ? 'count(*) - 1' : 'count(CASE WHEN "the copy" > 1 THEN 1 END)',
  out_of_order: (table) => `count(CASE WHEN ${timeOf(table)} < "the newest" THEN 1 END)`,
  nan: (table, _, { column = '' }) => nanCountSql(table, column),
  out_of_range: (table, _, { column = '', range: [least, greatest] = [0, 0] }) =>
    `count(CASE WHEN (${beyondSql(table, column, 'below', least)}) OR (${beyondSql(table, column, 'above', greatest)}) THEN 1 END)`,
}

/** What follows FROM: the table's rows in the range of time, with what each needs of others. */
export function momentRowsSql(table: Table, plan: QualityPlan, dialect: Dialect): string {
  const { rowsInFileOrder, key = [] } = plan
  const rows = rowsInFileOrder?.sql ?? sqlTableName(table)
  const conditions = timeRangeConditions(table, plan.range, dialect.partitionColumns(table))
  const names = plan.identity.map(quoteIdentifier)
  const time = timeOf(table)
  const asks = (check: QualityCheck) => plan.checks.some((wanted) => wanted.check === check)
  const places: string[] = []
  if (asks('duplicate') && !isKeyOfMoment(table, plan)) {
    // The order must not depend on the engine.
    const order = [time, ...names].join(', ')
    places.push(
      `row_number() OVER (PARTITION BY ${key.map(quoteIdentifier).join(', ')} ORDER BY ${order}) AS "the copy"`,
    )
  }
  if (rowsInFileOrder) {
    const file = [rowsInFileOrder.file, ...plan.identity].map(quoteIdentifier)
    places.push(
      `max(${time}) OVER (PARTITION BY ${file.join(', ')} ORDER BY ${quoteIdentifier(rowsInFileOrder.position)} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "the newest"`,
    )
  }
  const where = whereClause(conditions).replaceAll('\n', '\n    ')
  if (places.length === 0) return `${rows}${where}`
  const columns = columnsOf(table).map(([name]) => quoteIdentifier(name))
  return `(
    SELECT ${[...columns, ...places].join(', ')}
    FROM ${rows}${where}
  ) AS "rows with places"`
}

/** Whether rows with the same key have the same source and time, and the other way round. */
function isKeyOfMoment(table: Table, { key, identity }: QualityPlan): boolean {
  if (key === undefined) return true
  const moment = new Set([eventTimeColumn(table), ...identity])
  return new Set(key).size === moment.size && key.every((name) => moment.has(name))
}

function timeOf(table: Table): string {
  return quoteIdentifier(eventTimeColumn(table))
}
