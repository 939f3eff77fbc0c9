export type { AlarmEpisode } from './alarm-episodes.js'
export {
  type FileParameters,
  planFiles,
  simulatedTables,
  type SimulatedTable,
  type SimulateOptions,
} from './file-plan.js'
export type { ColumnTruth } from './column-truth.js'
export type { HourTruth } from './hour-truth.js'
export { mergeHours } from './merge-hours.js'
export { type Delivery, type Faults, type Range, type Scenario, scenarios, type Spells } from './scenario.js'
export { type BatchOptions, simulate, type SimulatedFile, simulateFile } from './simulate.js'
export type { AlarmTruth, DeliveryTruth, FaultTruth, Truth } from './truth.js'
export { truthKey, truthPrefix, truthSubject } from './truth-key.js'
