import type { S3Client } from '@aws-sdk/client-s3'
import { isNamed } from '../errors/sdk-error.js'

/** What a client knows about the silence of its store. Times are those of `performance.now()`. */
export interface Silence {
  /** Whether requests fail at once now. */
  isSilent(): boolean
  /** Notes that the store has answered. */
  noteAnswer(): void
  /** Notes when the request was sent that failed with this error, if the client did not send it. */
  noteStart(error: object, start: number): void
}

/**
 * Makes a client notice that its store is silent: a request that timed out is sent again only if the store has answered any request
 * within `requestTimeoutMillis`. From then on, and for as long again, requests fail at once with the same error, so that a run with many
 * requests left ends soon. Returns what requests that bypass the client's middleware need.
 */
export function endSilence(
  client: S3Client,
  { requestTimeoutMillis }: { requestTimeoutMillis: number },
): Silence {
  let answeredAt = -Infinity
  let silence: { error: unknown; endsAt: number } | undefined
  const isSilent = () => silence !== undefined && performance.now() < silence.endsAt
  const noteAnswer = () => {
    answeredAt = performance.now()
    silence = undefined
  }
  client.middlewareStack.add(
    (next) => async (step) => {
      const result = await next(step)
      noteAnswer()
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'noteAnswer' },
  )
  client.middlewareStack.add(
    (next) => async (step) => {
      if (silence && isSilent()) throw silence.error
      try {
        return await next(step)
      } catch (error) {
        const now = performance.now()
        if (isNamed(error, 'TimeoutError') && now - answeredAt >= requestTimeoutMillis)
          silence = { error, endsAt: now + requestTimeoutMillis }
        throw error
      }
    },
    { step: 'initialize', priority: 'high', name: 'endSilence' },
  )

  const startOf = new WeakMap<object, number>()
  const standard = client.config.retryStrategy
  client.config.retryStrategy = async () => {
    const strategy = await standard()
    if (!('refreshRetryTokenForRetry' in strategy)) return strategy
    const startedAt = performance.now()
    return {
      acquireInitialRetryToken: (scope) => strategy.acquireInitialRetryToken(scope),
      refreshRetryTokenForRetry: (token, failure) => {
        const start = (failure.error && startOf.get(failure.error)) ?? startedAt
        const silentMillis = performance.now() - Math.max(start, answeredAt)
        if (isNamed(failure.error, 'TimeoutError') && silentMillis >= requestTimeoutMillis)
          return Promise.reject(failure.error)
        return strategy.refreshRetryTokenForRetry(token, failure)
      },
      recordSuccess: (token) => strategy.recordSuccess(token),
    }
  }
  return { isSilent, noteAnswer, noteStart: (error, start) => startOf.set(error, start) }
}
