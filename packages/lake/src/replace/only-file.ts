import type { StoredObject } from '@minilake/ingest'
import { createdBy } from '@minilake/parquet'
import { hasRows } from '../files/has-rows.js'
import type { LakeStore } from '../lake-backend.js'
import { filesAndTruth } from './files-and-truth.js'
import type { NewDataFile } from './new-files.js'
import type { FileChange } from './file-change.js'

/**
 * The change after which a new data file is the only one of its folder, whose objects are given. A file that is there under its key with
 * the same rows stays instead.
 */
export async function onlyFile(
  file: NewDataFile,
  objects: readonly StoredObject[],
  store: LakeStore,
): Promise<FileChange> {
  const { key, size, imports } = file
  const there = objects.find((object) => object.key === key)
  const stays =
    there !== undefined &&
    (await hasRows(there, { size, createdBy, rowsSha256: file.rowsSha256(), imports }, store))
  const keys = await filesAndTruth(objects, store)
  return { add: stays ? [] : [file], remove: keys.filter((each) => each !== key) }
}
