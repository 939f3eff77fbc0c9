export { type BatchBuffer, batchBuffer, type BatchLimits } from './batch-buffer.js'
export type { Message, MessageSource, PartitionBounds, SourceEvent } from './message-source.js'
