export {
  type FileParameters,
  planFiles,
  simulatedTables,
  type SimulatedTable,
  type SimulateOptions,
} from './file-plan.js'
export { type Scenario, scenarios } from './scenario.js'
export { simulate, type SimulatedFile, simulateFile } from './simulate.js'
export {
  type ColumnTruth,
  type HourTruth,
  mergeHours,
  type Truth,
  truthKey,
  truthPrefix,
  truthSubject,
} from './truth.js'
