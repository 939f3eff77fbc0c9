import type { FolderStore } from '@minilake/ingest'
import type { LakeStore } from '../src/lake-backend.js'

/**
 * A process that dies after it has made a number of changes, those of its stores among them. Reading changes nothing, so it may as well die
 * there.
 */
export function dyingAfter(store: LakeStore, changes: number) {
  let done = 0
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (done >= changes) throw new Error('died')
    return work()
  }
  /** Makes another change. */
  const change = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await alive(work)
    done += 1
    return result
  }
  /** Another store of the same process. */
  const dyingToo = (other: LakeStore): LakeStore => ({
    location: other.location,
    list: (prefix) =>
      (async function* () {
        await alive(() => Promise.resolve())
        yield* other.list(prefix)
      })(),
    find: (key) => alive(() => other.find(key)),
    read: (key) => alive(() => other.read(key)),
    open: (key) => alive(() => other.open(key)),
    slice: (...args) => alive(() => other.slice(...args)),
    write: (...args) => change(() => other.write(...args)),
    remove: (key) => change(() => other.remove(key)),
    ...(other.stage && {
      stage: async (...args: Parameters<FolderStore['stage']>) => {
        const staged = await change(() => (other as FolderStore).stage(...args))
        return { ...staged, name: (key: string) => change(() => staged.name(key)) }
      },
    }),
    ...(other.replaceFolder && {
      replaceFolder: (...args) => change(async () => other.replaceFolder?.(...args)),
    }),
    ...(other.removeEmptyFolders && {
      removeEmptyFolders: (keys) => change(async () => other.removeEmptyFolders?.(keys)),
    }),
  })
  return { dying: dyingToo(store), dyingToo, change, isDead: () => done >= changes }
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
