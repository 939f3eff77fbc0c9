export { etagHasher, type EtagHasher, identityOf, partBytes } from './etag.js'
export { type FolderStore, folderStore, type StagedObject } from './folder-store.js'
export { type LocalFile, localFile, localFiles } from './local-files.js'
export { memoryStore } from './memory-store.js'
export {
  type ByteStream,
  type Identity,
  type ObjectStore,
  ObjectStoreError,
  type StoredObject,
  type WriteOptions,
  type WriteResult,
} from './object-store.js'
export { decidePublish, type PublishDecision } from './publish-decision.js'
export {
  type PublishableObject,
  type PublishedObject,
  publish,
  publishObject,
  type PublishOptions,
  type PublishReport,
} from './publish.js'
export { describeSystemError } from './system-error.js'
