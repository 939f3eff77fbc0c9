export { type AlarmDefinition, alarmSeverities, type AlarmSeverity } from './alarm-definition.js'
export {
  alarmEndLimit,
  type AlarmRule,
  alarmRuleOf,
  alarmRulesOf,
  checkAlarmRules,
  type HighLimitRule,
  highLimitRuleOf,
} from './alarm-rule.js'
export { type Batch, checkBatch } from './batch.js'
export { columnValues, nullMask } from './batch-column.js'
export { batchesOf, type BatchesOptions } from './batches-of.js'
export {
  type Column,
  columnBuffer,
  type ColumnBuffers,
  type ColumnType,
  type ColumnValues,
  isNumeric,
} from './column.js'
export { describeValue } from './describe-value.js'
export type { ColumnInputs, InputRow } from './input-row.js'
export {
  defineLake,
  type LakeDefinition,
  lakeLocation,
  lakeNames,
  type LakeProfile,
  lakeProfiles,
  sqlTableName,
} from './lake.js'
export { dataFileKey, isDataFileKey, tablePrefix } from './object-key.js'
export { parsePartitionPath, partitionPath } from './partition-path.js'
export { pump, pumpDaily, pumpLake } from './pump.js'
export { pumpDailyLabels, pumpLabels } from './pump-labels.js'
export type { Row, ValueOf } from './row.js'
export {
  globText,
  numberLiteral,
  qualifiedName,
  quoteIdentifier,
  quoteLiteral,
  timestampLiteral,
} from './sql-text.js'
export {
  checkColumns,
  type ColumnName,
  type ColumnNameOfType,
  columnsOf,
  defineTable,
  eventTimeColumn,
  numericColumns,
  retentionDays,
  type NumericColumnName,
  type Partition,
  partitionsOf,
  type Table,
  type TableFormat,
  tableFormats,
} from './table.js'
export type { TableSource } from './table-source.js'
export { findUtcDay, formatUtcDay, millisPerDay, parseUtcDay } from './utc-day.js'
export { isWellFormed } from './well-formed.js'
