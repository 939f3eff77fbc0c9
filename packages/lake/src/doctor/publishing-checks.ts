import { ObjectStoreError } from '@minilake/ingest'
import { tablePrefix } from '@minilake/schema'
import { abandoned, abandonedAfterHours, unfinishedUploads } from '../ingest/abandoned-uploads.js'
import type { LakeBackend } from '../lake-backend.js'
import { maintainStore, RefusedKeyError } from '../open/maintain-store.js'
import { bytesText, count } from '../text.js'
import { type Check, FailedCheck, firstLine } from './diagnose.js'

/**
 * Checks what publishing to a bucket relies on. A failure is reported as unknown, because queries work without it; but a key that S3 does
 * not accept is wrong in any case.
 */
export function publishingChecks(lake: LakeBackend, { signal }: { signal: AbortSignal }): Check[] {
  const orUnknown = async (finding: Promise<string>) =>
    finding.catch((error: unknown) => {
      signal.throwIfAborted()
      if (error instanceof FailedCheck) throw error
      return `unknown: ${firstLine(error)}`
    })
  return [
    {
      name: 'create-once',
      run: () => orUnknown(createOnce(lake, signal)),
    },
    {
      name: 'removal',
      isIndependent: true,
      run: () => orUnknown(removalRights(lake, signal)),
    },
    {
      name: 'unfinished uploads',
      run: () =>
        orUnknown(
          unfinishedUploads(lake.tables, lake.store).then((uploads) => {
            const old = abandoned(uploads)
            if (uploads.length === 0) return 'none'
            const bytes = bytesText(uploads.reduce((sum, upload) => sum + upload.bytes, 0))
            const clean =
              old.length === 0
                ? 'none'
                : `${old.length}: minilake clean removes them, for example the one of ${old[0]?.key}`
            return `${count(uploads.length, 'upload')}, ${bytes}; abandoned for over ${abandonedAfterHours} hours: ${clean}`
          }),
        ),
    },
  ]
}

/** Probes the bucket again, and so renews the result that `ingest` and other commands rely on. */
async function createOnce({ store }: LakeBackend, signal: AbortSignal): Promise<string> {
  return (await store.probeCreateOnce?.({ renew: true, signal })) === 'check-then-write'
    ? 'S3 does not honour If-None-Match: when writers race for a key, the last one wins'
    : 'when writers race for a key, exactly one wins'
}

/** Who may remove data files: the key for that, and whether the one that publishes may, too. */
async function removalRights(lake: LakeBackend, signal: AbortSignal): Promise<string> {
  const folders = lake.tables.map(tablePrefix)
  await maintainStore(lake, { objects: folders }, { undone: 'removed', signal }).catch((cause: unknown) => {
    if (!(cause instanceof RefusedKeyError)) throw cause
    const { reason, fix, isUnknown } = cause
    if (isUnknown) throw new FailedCheck(reason, { fix, cause })
    throw new Error(`${reason}: ${fix}`, { cause })
  })
  const { store, maintenance } = lake
  const [folder = ''] = folders
  const publishing = await Promise.resolve(store.checkRemoval?.(folder, { signal })).then(
    () => 'may, too',
    (error: unknown) => {
      signal.throwIfAborted()
      const isRefused = error instanceof ObjectStoreError && error.code === 'AccessDenied'
      return isRefused ? 'may not' : `could not be asked about: ${firstLine(error)}`
    },
  )
  return `the key ${maintenance?.keyName} may remove data files, the one that publishes ${publishing}`
}
