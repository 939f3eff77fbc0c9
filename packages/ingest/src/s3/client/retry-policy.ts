import { setTimeout as sleep } from 'node:timers/promises'
import { isNamed, isRequestError, statusOf } from '../errors/sdk-error.js'

// What is retried, by whom, and how often:
//
// | failure                                               | retried by        | how often                                |
// | ----------------------------------------------------- | ----------------- | ---------------------------------------- |
// | busy store, lost connection, timeout                  | the SDK           | `maxAttempts` requests, with its backoff |
// | timeout of a store that answers nothing else either   | the next write    | requests fail at once for a while        |
// | 409: two writers finished the same key together       | `retryOnConflict` | 4 times, after 100 to 800 ms             |
// | the upload disappeared, or the key was freed again    | `writeObject`     | `uploadAttempts` uploads from the start  |
// | network or store stay down, the signal is aborted     | the next write    | it resumes the upload (`isInterruption`) |
// | the store refuses to complete another process' upload | `writeObject`     | from the start (`isUploadRefused`)       |

/** How many times an object is uploaded from the start: once more if its upload disappears and its bytes can be read again. */
export function uploadAttempts({ canReread }: { canReread: boolean }): number {
  return canReread ? 2 : 1
}

const conflictWaitsMillis = [100, 200, 400, 800]

/** Sends a request again after a conflict: two writers that finish a key at the same moment may both be refused. */
export async function retryOnConflict<T>(send: () => Promise<T>, stop: AbortSignal): Promise<T> {
  for (const wait of conflictWaitsMillis) {
    try {
      return await send()
    } catch (error) {
      if (!isNamed(error, 'ConditionalRequestConflict')) throw error
      await sleep(wait, undefined, { signal: stop })
    }
  }
  return send()
}

/** Codes with status 400 that pass: a connection on which nothing moved, and temporary credentials that expired. */
const passingCodes = ['RequestTimeout', 'ExpiredToken']
/** Statuses over 500 that last: the store does not implement the request (501), or its disk is full (507). */
const lastingStatuses = [501, 507]

/** Whether the network or the store failed, not the request itself, so that the same request may succeed later. */
export function isInterruption(error: unknown): boolean {
  if (!isRequestError(error)) return false
  if (passingCodes.some((code) => isNamed(error, code))) return true
  const status = statusOf(error) ?? 0
  return (
    status < 300 || status === 408 || status === 429 || (status >= 500 && !lastingStatuses.includes(status))
  )
}

/** Whether the store refuses to continue an upload that another process started. Why is not ours to know: start a new one. */
export function isUploadRefused(error: unknown): boolean {
  return !isInterruption(error) && [400, 405, 422, 501].includes(statusOf(error) ?? 0)
}
