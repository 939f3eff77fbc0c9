import type { StoredObject } from '@minilake/ingest'
import type { LakeStore } from '../lake-backend.js'
import { intentPrefix, readIntent } from './intent.js'

/**
 * The signs of life of changes whose intent is gone: their process was stopped, gave a last sign after another one had ended the change, and
 * died. An intent is always there before its first sign.
 */
export async function orphanSigns(store: LakeStore): Promise<StoredObject[]> {
  const signs: { object: StoredObject; folder: string; id: string }[] = []
  for await (const object of store.list(intentPrefix)) {
    const [, folder, id] =
      /^(.+\/)([^/.]+)\.\d+\.owner\.json$/.exec(object.key.slice(intentPrefix.length)) ?? []
    if (folder !== undefined && id !== undefined) signs.push({ object, folder, id })
  }
  const orphans: StoredObject[] = []
  for (const { object, folder, id } of signs) {
    // What stands there and is no intent is for people to look at.
    const standing = await readIntent(store, folder).catch(() => ({ id }))
    if (standing?.id !== id) orphans.push(object)
  }
  return orphans
}

/** Those that are older than `resumeAfterSeconds`, by the clock of the store: their owners are dead. */
export async function deadSigns(store: LakeStore, resumeAfterSeconds: number): Promise<string[]> {
  const orphans = await orphanSigns(store)
  const now = orphans.length > 0 ? await store.now?.() : undefined
  if (now === undefined) return []
  const isDead = ({ modified }: StoredObject) =>
    modified !== undefined && now.getTime() - modified.getTime() >= resumeAfterSeconds * 1000
  return orphans.filter(isDead).map(({ key }) => key)
}
