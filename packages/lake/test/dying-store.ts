import type { FolderStore } from '@minilake/ingest'
import type { LakeStore } from '../src/lake-backend.js'

/**
 * A store of a process that dies after it has changed the store `changes` times. Reading changes nothing, so it may as well die there.
 */
export function dyingAfter(store: LakeStore, changes: number) {
  let done = 0
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (done >= changes) throw new Error('died')
    return work()
  }
  const change = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await alive(work)
    done += 1
    return result
  }
  const dying: LakeStore = {
    location: store.location,
    list: (prefix) =>
      (async function* () {
        await alive(() => Promise.resolve())
        yield* store.list(prefix)
      })(),
    find: (key) => alive(() => store.find(key)),
    read: (key) => alive(() => store.read(key)),
    open: (key) => alive(() => store.open(key)),
    slice: (...args) => alive(() => store.slice(...args)),
    write: (...args) => change(() => store.write(...args)),
    remove: (key) => change(() => store.remove(key)),
    ...(store.stage && {
      stage: async (...args: Parameters<FolderStore['stage']>) => {
        const staged = await change(() => (store as FolderStore).stage(...args))
        return { ...staged, name: (key: string) => change(() => staged.name(key)) }
      },
    }),
    ...(store.replaceFolder && {
      replaceFolder: (...args) => change(async () => store.replaceFolder?.(...args)),
    }),
    ...(store.removeEmptyFolders && {
      removeEmptyFolders: (keys) => change(async () => store.removeEmptyFolders?.(keys)),
    }),
  }
  return { dying, isDead: () => done >= changes }
}

/** A store of a process that dies at operation number `at`, before the operation or after it. Nothing works afterwards. */
export function dyingStore(store: LakeStore, { at, before }: { at: number; before: boolean }) {
  let operations = 0
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    operations += 1
    if (operations > at || (operations === at && before)) throw new Error('died')
    const result = await work()
    if (operations >= at) throw new Error('died')
    return result
  }
  const stage = store.stage?.bind(store) as NonNullable<LakeStore['stage']>
  const dying: LakeStore = {
    location: store.location,
    list: (prefix) =>
      (async function* () {
        await step(() => Promise.resolve())
        yield* store.list(prefix)
      })(),
    find: (key) => step(() => store.find(key)),
    read: (key) => step(() => store.read(key)),
    open: (key) => step(() => store.open(key)),
    slice: (...args) => step(() => store.slice(...args)),
    write: (...args) => step(() => store.write(...args)),
    remove: (key) => step(() => store.remove(key)),
    ...(store.stage && {
      stage: (...args) =>
        step(async () => {
          const staged = await stage(...args)
          return { ...staged, name: (key: string) => step(() => staged.name(key)) }
        }),
    }),
    ...(store.replaceFolder && {
      replaceFolder: (...args) => step(async () => store.replaceFolder?.(...args)),
    }),
    ...(store.removeEmptyFolders && {
      removeEmptyFolders: (keys) => step(async () => store.removeEmptyFolders?.(keys)),
    }),
  }
  return { dying, operations: () => operations }
}
