export { etagHasher, type EtagHasher, type EtagPlan, identityOf } from './etag.js'
export { type FolderStore, folderStore, type StagedObject } from './folder-store.js'
export { type LocalFile, localFile, localFiles } from './local-files.js'
export { memoryStore } from './memory-store.js'
export {
  type ByteStream,
  type Identity,
  type ObjectStore,
  ObjectStoreError,
  type RereadableBytes,
  type StoredObject,
  type WriteOptions,
  type WriteResult,
} from './object-store.js'
export { partBytes } from './part-plan.js'
export { defaultConcurrency, type PartSlot, partSlots, type PartSlots } from './part-slots.js'
export { decidePublish, type PublishDecision, type StoredState } from './publish-decision.js'
export {
  isInStore,
  type PublishableObject,
  type PublishedObject,
  publishObject,
  type PublishObjectOptions,
} from './publish-object.js'
export { publish, type PublishOptions, type PublishProgress, type PublishReport } from './publish.js'
export { describeSystemError } from './system-error.js'
export { type Verification, verifyObject } from './verify-object.js'
