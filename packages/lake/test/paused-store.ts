import type { LakeStore } from '../src/lake-backend.js'

/** What a process was about to do, or had done, when it was stopped. */
export type PausedKind = 'read' | 'write' | 'remove' | 'folder' | 'catalog'

/**
 * A store of a process that is stopped once, before or after operation number `at`, while `meanwhile` runs. What the operation found is
 * what was there before. `pause` makes another operation count.
 */
export function pausedStore(
  store: LakeStore,
  { at, moment, meanwhile }: { at: number; moment: 'before' | 'after'; meanwhile: () => Promise<void> },
) {
  let operations = 0
  let isStopped = false
  let stopped: Promise<void> | undefined
  let kind: PausedKind = 'read'
  const pause = (of: PausedKind) => {
    operations += 1
    const isMeant = operations === at
    if (isMeant) kind = of
    const stop = async (when: typeof moment) => {
      if (isMeant && when === moment && !isStopped) {
        isStopped = true
        stopped = meanwhile()
      }
      await stopped // the whole process is stopped
    }
    return { before: () => stop('before'), after: () => stop('after') }
  }
  const step = async <T>(of: PausedKind, work: () => Promise<T>): Promise<T> => {
    const { before, after } = pause(of)
    await before()
    const result = await work()
    await after()
    return result
  }
  const paused: LakeStore = {
    ...store,
    list: (prefix) =>
      (async function* () {
        const { before, after } = pause('read')
        await before()
        const objects = []
        for await (const object of store.list(prefix)) objects.push(object)
        await after()
        yield* objects
      })(),
    find: (key) => step('read', () => store.find(key)),
    read: (key) => step('read', () => store.read(key)),
    write: (...args) => step('write', () => store.write(...args)),
    remove: (key) => step('remove', () => store.remove(key)),
    ...(store.replaceFolder && {
      replaceFolder: (...args) => step('folder', async () => store.replaceFolder?.(...args)),
    }),
  }
  return { store: paused, pause, kind: () => kind }
}
