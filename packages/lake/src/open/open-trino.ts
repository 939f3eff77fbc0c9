import type { Diagnose, TrinoEngine } from '@minilake/analytics/trino'
import { type AskLocalParts, askParts } from './ask-parts.js'
import type { TrinoUser } from './trino-users.js'

/** Where Trino and the parts behind it are, and how long they may be silent. */
export interface TrinoOptions {
  /** URL of Trino. */
  trino: string
  /** URL of S3. */
  endpoint: string
  /** Seconds that S3, Trino and the metastore may go without an answer or progress. */
  timeoutSeconds: number
  /** Asks the parts of a stack on this machine. */
  askLocalParts?: AskLocalParts | undefined
}

/** Opens Trino as one of its users. The engine names the part that is dead or frozen. */
export async function openTrino(
  { trino: url, endpoint, timeoutSeconds, askLocalParts }: TrinoOptions,
  { user, password, token }: TrinoUser,
): Promise<TrinoEngine> {
  const { trinoEngine } = await import('@minilake/analytics/trino')
  const { stallMillis, answerMillis } = stallTimes(timeoutSeconds)
  const open = (diagnose?: Diagnose) =>
    trinoEngine({
      ...{ url, user, requestTimeoutMillis: timeoutSeconds * 1000, stallMillis },
      ...(password !== '' && { password }),
      ...(token !== '' && { token }),
      ...(diagnose && { diagnose }),
    })
  const parts = {
    endpoint,
    trino: url,
    answerMillis,
    askLocalParts,
    openTrino: () => Promise.resolve(open()),
  }
  return open(askParts(parts))
}

/**
 * How long a statement makes no progress before the parts are asked, and how long a part then has to answer: together a little less than
 * the time-out, so that what is found comes before an error of Trino's own silence.
 */
function stallTimes(timeoutSeconds: number): { stallMillis: number; answerMillis: number } {
  const stallMillis = Math.min(5_000, timeoutSeconds * 250)
  return { stallMillis, answerMillis: Math.round(0.9 * (timeoutSeconds * 1000 - stallMillis)) }
}
