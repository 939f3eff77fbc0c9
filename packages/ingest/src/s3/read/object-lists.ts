import {
  ListObjectsV2Command,
  type ListObjectsV2Output,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3'
import { isKey, isKeyPrefix } from '../../object-key.js'
import type { ObjectStoreError, StoredObject } from '../../object-store.js'
import { headObject } from './head-object.js'
import { foundObject, listedObject } from '../client/object-response.js'
import { pagedFinder } from './paged-finder.js'
import { notS3 } from '../errors/sdk-error.js'

/** Where objects are, and what an error of the SDK becomes. */
interface Place {
  bucket: string
  keyPrefix: string
  failure: (action: 'list', key: string, cause: unknown) => ObjectStoreError
}

/** The ways to list objects of a bucket, as members of a store. */
export function objectLists(client: S3Client, { bucket, keyPrefix, failure }: Place) {
  /** What `entriesOf` finds in each page; its errors become failures of the listing. */
  async function* listed<T>(
    prefix: string,
    input: { Delimiter?: string },
    entriesOf: (page: ListObjectsV2Output) => T[],
  ): AsyncGenerator<T> {
    if (!isKeyPrefix(`${keyPrefix}${prefix}`)) return
    // MinIO responds 400 to a prefix whose last segment is `.` or `..`, although a key such as `..a` may exist.
    const asked = prefix.replace(/(?<=^|\/)\.{1,2}$/, '')
    try {
      for await (const page of paginateListObjectsV2(
        { client },
        { Bucket: bucket, Prefix: asked, ...input },
      )) {
        if (page.Name === undefined) throw notS3('the listing does not name its bucket')
        yield* entriesOf(page)
      }
    } catch (cause) {
      throw failure('list', prefix, cause)
    }
  }

  return {
    list: (prefix: string): AsyncGenerator<StoredObject> =>
      listed(prefix, {}, ({ Contents = [] }) =>
        Contents.flatMap((object) => {
          const { Key = '' } = object
          // Skips keys of other tools, and the empty objects, `a/`, that consoles create for folders.
          return Key.startsWith(prefix) && isKey(Key) ? [listedObject(Key, object)] : []
        }),
      ),

    folders: (prefix: string): AsyncGenerator<string> =>
      listed(prefix, { Delimiter: '/' }, ({ CommonPrefixes = [] }) =>
        CommonPrefixes.map(({ Prefix = '' }) => Prefix).filter(
          (folder) => folder.startsWith(prefix) && isKey(folder.slice(0, -1)),
        ),
      ),

    finder: (find: (key: string) => Promise<StoredObject | undefined>) =>
      pagedFinder({
        find: async (key) => {
          // The listing before has shown that the bucket exists, so that a 404 says that the object does not.
          const response = await headObject({ client, bucket, key }).catch(() => 'unclear' as const)
          return response === 'unclear' ? find(key) : response && foundObject(key, response)
        },
        listPage: async ({ folder, after }) => {
          try {
            const input = { Bucket: bucket, Prefix: folder, StartAfter: after }
            const {
              Name,
              Contents = [],
              IsTruncated = false,
            } = await client.send(new ListObjectsV2Command(input))
            if (Name === undefined) throw notS3('the listing does not name its bucket')
            const objects = Contents.map((object) => listedObject(object.Key ?? '', object))
            return { objects, isTruncated: IsTruncated }
          } catch (cause) {
            throw failure('list', folder, cause)
          }
        },
      }),
  }
}
