export { addValues, countAbove, greatest, least, lost, nanCount, sum } from './column-sums'
export { fillOperatingPoints, interpolate } from './course'
export { firstAbove, firstFrom, since } from './first-row'
export {
  batchRows,
  course,
  firstKeys,
  headLosses,
  knots,
  lags,
  mostWanderKnots,
  noise,
  readings,
  scales,
  scratch,
  secondKeys,
  states,
  stepsPerUnit,
  timestamps,
  wanderKnots,
} from './memory'
export { passSamples, readSensors } from './sensor-noise'
export { fillTimestamps } from './timestamps'
export { addWander } from './wander'
