export { type Scenario, scenarios } from './scenario.js'
export {
  type FileParameters,
  planFiles,
  simulate,
  type SimulatedFile,
  simulatedTables,
  type SimulatedTable,
  simulateFile,
  type SimulateOptions,
} from './simulate.js'
export {
  type ColumnTruth,
  type HourTruth,
  mergeHours,
  type Truth,
  truthKey,
  truthPrefix,
  truthRecorder,
  truthSubject,
} from './truth.js'
