import type { S3Client } from '@aws-sdk/client-s3'

/** The commands that an S3Store sends, all of which name at most one key or one prefix. */
const commands: ReadonlySet<string> = new Set([
  'ListObjectsV2Command',
  'HeadObjectCommand',
  'GetObjectCommand',
  'PutObjectCommand',
  'DeleteObjectCommand',
  'CreateMultipartUploadCommand',
  'UploadPartCommand',
  'CompleteMultipartUploadCommand',
  'AbortMultipartUploadCommand',
  'ListMultipartUploadsCommand',
  'ListPartsCommand',
])

/** What commands and responses say about keys. Markers and tokens are the store's own and pass unchanged. */
interface Keys {
  Key?: string | undefined
  Prefix?: string | undefined
  StartAfter?: string | undefined
  Contents?: Listed[] | undefined
  Uploads?: Listed[] | undefined
  CommonPrefixes?: { Prefix?: string | undefined }[] | undefined
}

interface Listed {
  Key?: string | undefined
}

/**
 * Makes every command of a client refer to keys below a prefix, and every response name keys relative to it, so that the rest of the
 * store knows no prefix. A command that is not known here is refused: it could reach objects outside the prefix.
 */
export function keepBelowPrefix(client: S3Client, keyPrefix: string): void {
  if (keyPrefix === '') return
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (step) => {
        if (!commands.has(commandName)) throw new Error(`${commandName} is not known to work below a prefix`)
        const result = await next({
          ...step,
          input: { ...step.input, ...absolute(commandName, step.input as Keys) },
        })
        Object.assign(result.output, relative(result.output as Keys))
        return result
      },
    { step: 'initialize', name: 'keepBelowPrefix' },
  )

  function absolute(commandName: string, { Key, Prefix, StartAfter }: Keys): Keys {
    if (Key !== undefined) return { Key: `${keyPrefix}${Key}` }
    if (commandName === 'ListObjectsV2Command') {
      const after = StartAfter === undefined ? {} : { StartAfter: `${keyPrefix}${StartAfter}` }
      return { Prefix: `${keyPrefix}${Prefix ?? ''}`, ...after }
    }
    // MinIO lists no upload for a prefix that is not a whole key, so all uploads are listed and the others left out below.
    return Prefix === undefined ? {} : { Prefix: `${keyPrefix}${Prefix}` }
  }

  function relative({ Key, Contents, Uploads, CommonPrefixes }: Keys): Keys {
    return {
      ...(Key !== undefined && { Key: Key.slice(keyPrefix.length) }),
      ...(Contents && { Contents: below(Contents) }),
      ...(Uploads && { Uploads: below(Uploads) }),
      ...(CommonPrefixes && {
        CommonPrefixes: CommonPrefixes.map(({ Prefix = '' }) => ({ Prefix: Prefix.slice(keyPrefix.length) })),
      }),
    }
  }

  function below(listed: readonly Listed[]): Listed[] {
    return listed.flatMap((entry) =>
      entry.Key?.startsWith(keyPrefix) ? [{ ...entry, Key: entry.Key.slice(keyPrefix.length) }] : [],
    )
  }
}
