export { compareTexts } from './compare-texts.js'
export { partitionBatches, type PartitionOptions } from './partition-batches.js'
export type { PartitionedBatches } from './partition-rows.js'
export { pickRows } from './pick-rows.js'
