import type { LakeStore } from '../lake-backend.js'

/** The text of a small object that another process may remove at any moment; undefined if it is not there. */
export async function readIfThere(store: LakeStore, key: string): Promise<string | undefined> {
  if ((await store.find(key)) === undefined) return undefined
  const bytes = await store.read(key).catch(async (error: unknown) => {
    if ((await store.find(key)) === undefined) return undefined
    throw error
  })
  return bytes && new TextDecoder().decode(bytes)
}
