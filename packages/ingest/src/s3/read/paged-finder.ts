import type { StoredObject } from '../../object-store.js'

/** Consecutive keys of a folder, as one request lists them. */
interface KeyPage {
  objects: readonly StoredObject[]
  /** Whether there are keys after these. */
  isTruncated: boolean
}

/** The two ways of looking for a key: a request for it alone, or one for a page of up to 1,000 keys from `after` on. */
export interface KeyRequests {
  find: (key: string) => Promise<StoredObject | undefined>
  listPage: (place: { folder: string; after: string }) => Promise<KeyPage>
}

/** How many keys a page has to answer to be worth its request, which takes a store and us about as long as eight of `find`. */
const pageWorth = 8

/**
 * Finds many keys, best in ascending order, with at most about twice the requests of the better of the two ways: neither the keys that
 * nobody asks for nor the number of folders matters. Each top-level folder is looked at on its own:
 *
 * | the key                                                                   | request         |
 * | ------------------------------------------------------------------------- | --------------- |
 * | lies in the page listed last                                              | none            |
 * | is the first one                                                          | a page from it  |
 * | comes after a page that answered `pageWorth` keys                         | a page from it  |
 * | comes after a page that did not, and twice as many keys as the last time  | a page from it  |
 * | otherwise                                                                 | `find`          |
 */
export function pagedFinder(requests: KeyRequests): KeyRequests['find'] {
  const folders = new Map<string, KeyRequests['find']>()
  return (key) => {
    const folder = key.slice(0, key.indexOf('/') + 1)
    const find = folders.get(folder) ?? folderFinder(folder, requests)
    folders.set(folder, find)
    return find(key)
  }
}

function folderFinder(folder: string, { find, listPage }: KeyRequests): KeyRequests['find'] {
  let listing: Promise<ListedRange | undefined> = Promise.resolve(undefined)
  let answered = 0
  let answeredByPage = 0
  let nextPageAt = 0

  return async (key) => {
    for (;;) {
      const asked = listing
      const range = await asked
      if (asked !== listing) continue // another call has listed a page meanwhile
      if (range?.covers(key)) {
        answered += 1
        answeredByPage += 1
        return range.get(key)
      }
      if (answered < nextPageAt) {
        answered += 1
        return find(key)
      }
      nextPageAt = answeredByPage >= pageWorth ? pageWorth : Math.max(pageWorth, 2 * nextPageAt)
      answered = answeredByPage = 0
      const after = key.replace(/.$/su, '')
      listing = listPage({ folder, after }).then((page) => listedRange(after, page))
    }
  }
}

/** What a page says about the keys after `after`, until its last one. */
interface ListedRange {
  covers(key: string): boolean
  get(key: string): StoredObject | undefined
}

function listedRange(after: string, { objects, isTruncated }: KeyPage): ListedRange {
  const byKey = new Map(objects.map((object) => [object.key, object]))
  const last = objects.at(-1)?.key ?? after
  return {
    covers: (key) => !isInOrder(key, after) && (!isTruncated || isInOrder(key, last)),
    get: (key) => byKey.get(key),
  }
}

/** Whether two keys are in the order in which S3 lists them: by their UTF-8 bytes. */
function isInOrder(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) <= 0
}
