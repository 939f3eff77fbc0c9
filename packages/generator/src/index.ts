export type { AlarmEpisode } from './truth/episode-recorder.js'
export {
  type FileParameters,
  planFiles,
  simulatedTables,
  type SimulatedTable,
  type SimulateOptions,
} from './plan-files.js'
export type { ColumnTruth } from './truth/column-recorder.js'
export type { HourTruth } from './truth/hour-recorder.js'
export { mergeHours } from './truth/merge-hours.js'
export { type Delivery, type Faults, type Range, type Scenario, scenarios, type Spells } from './scenario.js'
export { type BatchOptions, simulate, type SimulatedFile, simulateFile } from './simulate.js'
export type { AlarmTruth, DeliveryTruth, FaultTruth, Truth } from './truth/truth-recorder.js'
export { truthKey, truthPrefix, truthSubject } from './truth/truth-key.js'
