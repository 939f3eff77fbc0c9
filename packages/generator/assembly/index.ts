export { addValues, countAbove, greatest, least, lost, nanCount, sum } from './column-sums'
export { fillOperatingPoints, interpolate, readCourse } from './course'
export { firstAbove, firstFrom, microsSince } from './first-row'
export {
  batchRows,
  course,
  headLosses,
  knots,
  lags,
  noise,
  readings,
  scales,
  scratch,
  stateRows,
  states,
  stepsPerUnit,
  streamKeys,
  timestamps,
} from './memory'
export { bits, normal } from './random'
export { passSamples, readSensors } from './sensor-noise'
export { fillTimestamps } from './timestamps'
export { addWander } from './wander'
