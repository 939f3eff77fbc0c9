export {
  type FileParameters,
  planFiles,
  simulatedTables,
  type SimulatedTable,
  type SimulateOptions,
} from './plan-files.js'
export { type Delivery, type Faults, type Range, type Scenario, scenarios, type Spells } from './scenario.js'
export { type BatchOptions, simulate, type SimulatedFile, simulateFile } from './simulate.js'
export { type FileLabels, labelsOf, labelTables } from './truth/label-rows.js'
export { mergeHours } from './truth/merge-hours.js'
export type {
  AlarmEpisode,
  AlarmTruth,
  ColumnTruth,
  DeliveryTruth,
  FaultTruth,
  HourTruth,
  RowOrder,
  Truth,
} from './truth/truth.js'
export { truthKey, truthPrefix, truthSubject } from './truth/truth-key.js'
