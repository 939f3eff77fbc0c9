export {
  type AlarmEvent,
  type AlarmMonitor,
  alarmMonitor,
  type AlarmMonitorState,
  type MonitoredReading,
} from './alarms/alarm-monitor.js'
export { type AlarmKpi, type AlarmKpis, alarmKpis, type AlarmKpisOptions } from './alarms/alarm-kpis.js'
export type { AlarmTrackerState } from './alarms/episode-tracker.js'
export type { BadActor } from './alarms/alarm-tally.js'
export { checkedKpiLimits, type KpiLimits, kpiLimits } from './alarms/kpi-limits.js'
export {
  type AlarmEpisode,
  alarmEpisodes,
  type AlarmEpisodesOptions,
  type Episode,
} from './queries/alarm-episodes.js'
export { alarmRule, type AlarmRuleOptions, type RulesOptions } from './queries/alarm-rule.js'
export { alarmCount, type AlarmOptions, alarmRows } from './queries/alarms.js'
export { asOfSnapshot } from './queries/as-of-snapshot.js'
export { defineQuery, type QueryDefinition } from './define-query.js'
export type { Dialect } from './dialect.js'
export { deliveryCounts, type DeliveryCountsOptions } from './queries/delivery-counts.js'
export {
  type HourlyAverage,
  hourlyAverages,
  type HourlyStatistics,
  hourlyStatistics,
} from './queries/hourly.js'
export { freeSql, query, type Query, sqlText } from './query.js'
export type { BoundParameter, ParameterValues } from './query-parameters.js'
export { QueryError } from './query-error.js'
export { type BatchColumn, type ColumnsOf, resultBatch, type ResultBatch } from './result-batch.js'
export { splitStatements, statementText } from './statement-text.js'
export {
  checkColumns,
  requiredColumns,
  type ResultColumn,
  type ResultRows,
  type SqlEngine,
} from './sql-engine.js'
export type { IdentityName } from './queries/identity.js'
export {
  type QualityCount,
  qualityCounts,
  type QualityFinding,
  qualityFindings,
  type SourceRow,
} from './queries/quality.js'
export {
  defaultStuck,
  type QualityCheck,
  qualityChecks,
  type QualityOptions,
  type RowsInFileOrder,
  type StuckLimit,
} from './queries/quality-options.js'
export { tableSummary } from './queries/table-summary.js'
export type { TimeRange } from './queries/time-range.js'
export { isPercentile, type WindowAggregate } from './queries/window-aggregate.js'
export type { WindowFill } from './queries/window-fill.js'
export { type WindowLength, windowMillis } from './queries/window-length.js'
export { type Window, windows, type WindowSelect, type WindowsOptions } from './queries/windows.js'
