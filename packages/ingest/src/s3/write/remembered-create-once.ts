import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { type CreateOnce, probeCreateOnce, probeFolder } from './probe-create-once.js'
import { respondedAt } from '../client/s3-client.js'
import { statusOf } from '../errors/sdk-error.js'

// The object with the last result of the probe.
const probeResultKey = `${probeFolder}result.json`

const validDays = 30

/**
 * What a bucket does if writers race for a key: the result in `_probe/result.json` if it counts, else that of a new probe, which
 * replaces it. A result counts if it is of this bucket and this endpoint, which may be a gateway with ways of its own, and at most 30
 * days old by the store's clock; with `renew` none does. Rejects with the SDK's error.
 */
export async function rememberedCreateOnce(
  client: S3Client,
  { renew, ...place }: ProbedPlace & { renew: boolean },
): Promise<CreateOnce> {
  const { createOnce: remembered, version } = await readResult(client, place)
  if (remembered !== undefined && !renew) return remembered
  const createOnce = await probeCreateOnce(client, place)
  await writeResult(client, { ...place, createOnce, replaced: version })
  return createOnce
}

interface ProbedPlace {
  bucket: string
  endpoint: string
  signal: AbortSignal | undefined
}

/** The result, if there is one that counts, and the version of the object, if there is one in a bucket with versions. */
async function readResult(
  client: S3Client,
  { bucket, endpoint, signal }: ProbedPlace,
): Promise<{ createOnce?: CreateOnce | undefined; version?: string | undefined }> {
  signal?.throwIfAborted()
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: probeResultKey })
    const response = await client.send(command, signal && { abortSignal: signal })
    const text = (await response.Body?.transformToString()) ?? ''
    const ageMillis = respondedAt(response).getTime() - (response.LastModified?.getTime() ?? NaN)
    const isYoung = ageMillis <= validDays * 24 * 3_600_000
    return {
      createOnce: isYoung ? parse(text, { bucket, endpoint }) : undefined,
      version: response.VersionId,
    }
  } catch (error) {
    if (statusOf(error) === undefined) throw error
    return {} // there is none, or the user may not read it: the probe decides
  }
}

/** The result in the text, if it is one of this place. */
function parse(text: string, place: { bucket: string; endpoint: string }): CreateOnce | undefined {
  try {
    const { createOnce, bucket, endpoint } = Object(JSON.parse(text)) as Record<string, unknown>
    const isKnown = createOnce === 'create-once' || createOnce === 'check-then-write'
    return isKnown && bucket === place.bucket && endpoint === place.endpoint ? createOnce : undefined
  } catch {
    return undefined // not ours
  }
}

/** Writes the result, and removes the version that it replaces. */
async function writeResult(
  client: S3Client,
  {
    bucket,
    endpoint,
    createOnce,
    replaced,
  }: ProbedPlace & { createOnce: CreateOnce; replaced: string | undefined },
): Promise<void> {
  const Body = `${JSON.stringify({ createOnce, bucket, endpoint })}\n`
  const place = { Bucket: bucket, Key: probeResultKey }
  const { VersionId } = await client.send(
    new PutObjectCommand({ ...place, Body, ContentType: 'application/json' }),
  )
  // Without versions, or while they are suspended, it is overwritten.
  if (replaced === undefined || replaced === VersionId) return
  // A user who may not remove versions leaves it. Without its version, the deletion would hide the new result.
  await client.send(new DeleteObjectCommand({ ...place, VersionId: replaced })).catch((error: unknown) => {
    if (statusOf(error) !== 403) throw error
  })
}
