export type { ByteStream, RereadableBytes } from './bytes/byte-stream.js'
export type { ChecksumAlgorithm } from './bytes/checksum.js'
export { etagHasher, type EtagHasher, type EtagPlan, type Identity, identityOf } from './bytes/etag.js'
export { partBytes } from './bytes/part-plan.js'
export { defaultConcurrency, type PartSlot, partSlots, type PartSlots } from './bytes/part-slots.js'
export { untilAborted } from './bytes/until-aborted.js'
export type { FolderStore, StagedObject, UnfinishedFile } from './folder/folder-objects.js'
export { folderStore } from './folder/folder-store.js'
export { type LocalFile, localFile, localFiles } from './folder/local-files.js'
export { memoryStore } from './memory-store.js'
export {
  type ObjectStore,
  ObjectStoreError,
  type StoredObject,
  type WriteOptions,
  type WriteResult,
} from './object-store.js'
export { decidePublish, type PublishDecision, type StoredState } from './publish/decide-publish.js'
export {
  isInStore,
  type PublishableObject,
  type PublishedObject,
  publishObject,
  type PublishObjectOptions,
} from './publish/publish-object.js'
export { publish, type PublishOptions, type PublishProgress, type PublishReport } from './publish/publish.js'
export { type ObjectComparison, verifyObject } from './publish/verify-object.js'
export { describeSystemError } from './system-error.js'
