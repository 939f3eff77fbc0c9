import type { LakeStore } from '../lake-backend.js'

/** The Error for a key under which a file should be published, and which holds another one. */
export function otherContent(store: LakeStore, key: string): Error {
  return new Error(
    `${store.location}/${key} expected the content that its name stands for, got other content: nothing was replaced; remove the file and try again`,
  )
}
