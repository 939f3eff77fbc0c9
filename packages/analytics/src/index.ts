export { type AlarmEpisode, alarmEpisodes, type AlarmEpisodesOptions } from './alarm-episodes.js'
export {
  alarmCount,
  alarmLimit,
  type AlarmOptions,
  alarmRows,
  alarmRule,
  type AlarmRuleOptions,
} from './alarms.js'
export { deliveryCounts, type DeliveryCountsOptions } from './delivery-counts.js'
export { type HourlyAverage, hourlyAverages, type HourlyStatistics, hourlyStatistics } from './hourly.js'
export { freeSql, query, type Query } from './query.js'
export { QueryError } from './query-error.js'
export {
  checkColumns,
  requiredColumns,
  type ResultColumn,
  type ResultRows,
  type SqlEngine,
} from './sql-engine.js'
export { tableSummary } from './table-summary.js'
export type { TimeRange } from './time-range.js'
