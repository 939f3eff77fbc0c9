import { abandoned, abandonedAfterHours, unfinishedUploads } from '../ingest/abandoned-uploads.js'
import type { Link } from './diagnose.js'
import type { LakeBackend } from '../lake-backend.js'
import { messageOf } from './data-checks.js'
import { bytesText, count } from '../text.js'

/** The links by which a bucket takes what is published: none of them breaks the chain to an answer. */
export function publishingLinks(lake: LakeBackend, { signal }: { signal: AbortSignal }): Link[] {
  const orNotKnown = async (finding: Promise<string>) =>
    finding.catch((error: unknown) => {
      signal.throwIfAborted()
      return `not known: ${messageOf(error)}`
    })
  return [
    {
      name: 'create-once',
      check: () => orNotKnown(createOnce(lake, signal)),
    },
    {
      name: 'unfinished uploads',
      check: () =>
        orNotKnown(
          unfinishedUploads(lake.tables, lake.store).then((uploads) => {
            const old = abandoned(uploads)
            if (uploads.length === 0) return 'none'
            const bytes = bytesText(uploads.reduce((sum, upload) => sum + upload.bytes, 0))
            const clean =
              old.length === 0
                ? 'none'
                : `${old.length}: minilake ingest --clean removes them, such as that to ${old[0]?.key}`
            return `${count(uploads.length, 'upload')}, ${bytes}; abandoned for over ${abandonedAfterHours} hours: ${clean}`
          }),
        ),
    },
  ]
}

async function createOnce({ store }: LakeBackend, signal: AbortSignal): Promise<string> {
  return (await store.probeCreateOnce?.({ signal })) === 'look-first'
    ? 'S3 does not honour If-None-Match: of writers that race for a key the last one wins'
    : 'of writers that race for a key one wins'
}
