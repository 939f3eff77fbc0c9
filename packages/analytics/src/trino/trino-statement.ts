import { Client } from 'presto-client'
import { QueryError } from '../query-error.js'
import { statementText } from '../statement-text.js'
import { progressWatch, type StatementStats } from './progress-watch.js'
import { exchange, NoAnswer, type Reply, type Send, type Target } from './trino-exchange.js'
import {
  failureFacts,
  failureText,
  noAnswerText,
  pageUrlText,
  replyText,
  type TrinoFailure,
} from './trino-failure.js'
import type { TrinoServer } from './trino-server.js'
import type { TrinoColumn, TrinoPage } from './trino-types.js'

/** A statement that runs in Trino. */
export interface TrinoStatement {
  /** Its columns, resolved once Trino knows them. Empty for a statement without rows. */
  readonly columns: Promise<readonly TrinoColumn[]>
  /** The next page, or undefined after the last. Fetches one page ahead, and no more. */
  next(): Promise<TrinoPage | undefined>
  /** Ends the statement, also in Trino, unless it has ended. Pending calls reject with the reason, a QueryError by default. */
  end(reason?: unknown): void
  /** Resolves when the statement has ended, in whatever way, and has been cancelled in Trino if it was still running there. */
  readonly over: Promise<void>
}

/** Trino's response to a statement and to each request for a page. */
interface Answer {
  nextUri?: string
  columns?: readonly TrinoColumn[]
  data?: TrinoPage
  updateType?: string
  error?: TrinoFailure
  stats: StatementStats
}

/** The time limit for cancelling a statement in Trino. */
const cancelTimeoutMillis = 5000
/** The same for a statement without an answer or progress: Trino itself may be frozen. */
const stalledCancelTimeoutMillis = 1000

/** Sends a statement. presto-client drives it; each of its requests is held back here until the page before has been consumed. */
export function startStatement(server: TrinoServer, sql: string): TrinoStatement {
  const { where, redact, requestTimeoutMillis, diagnose, stallMillis } = server
  const hasCredentials = (server.client.basic_auth ?? server.client.custom_auth) !== undefined
  const client = new Client(server.client) as Client & { request: Send }
  const send = client.request.bind(client)
  const stopping = new AbortController()
  /** Aborted when the statement has its outcome. */
  const ending = new AbortController()
  const columns = deferred<readonly TrinoColumn[]>()
  const posted = deferred<void>()
  const over = deferred<void>()
  /** The path that cancels the statement in Trino; undefined before Trino has named it, and once it has ended. */
  let runningPath: string | undefined
  let page: TrinoPage | undefined
  let isUserError = false
  let isFailing = false
  let outcome: { failure?: unknown } | undefined
  let wakeReader = () => {}
  let wakeSender = () => {}

  const queryError = (message: string, facts: { cause?: unknown } = {}) =>
    new QueryError(message, { sql, ...facts })
  const settle = (as: { failure?: unknown }, cancelled: Promise<void> = Promise.resolve()) => {
    if (outcome) return
    outcome = as
    ending.abort()
    watch?.end()
    if ('failure' in as) columns.reject(as.failure)
    else columns.resolve([])
    wakeReader()
    wakeSender()
    void cancelled.catch(() => {}).then(over.resolve)
  }
  const fail = async (cause: unknown) => {
    posted.resolve()
    if (outcome || isFailing) return
    isFailing = true
    const message = () => `a request to Trino at ${where} failed: ${redact(messageOf(cause))}`
    const failure = cause instanceof QueryError ? cause : queryError(message(), { cause })
    watch?.end()
    const isSilence = failure.cause instanceof NoAnswer
    const cancelled = cancel(isSilence ? stalledCancelTimeoutMillis : cancelTimeoutMillis)
    const asked = isUserError || isSilence ? undefined : diagnose?.({ failure, signal: ending.signal })
    settle({ failure: (await asked?.catch(() => undefined)) ?? failure }, cancelled)
  }
  const watch =
    diagnose &&
    progressWatch(stallMillis, {
      // A page that waits for its reader is no fault of Trino's.
      ask: async () => (page ? undefined : diagnose({ signal: ending.signal })),
      fail: (failure) => settle({ failure }, cancel(stalledCancelTimeoutMillis)),
    })

  const cancel = async (timeoutMillis = cancelTimeoutMillis) => {
    const deadline = new AbortController()
    const late = setTimeout(() => {
      posted.resolve()
      deadline.abort()
    }, timeoutMillis)
    // Until the first response arrives, the statement has no path to cancel it by.
    await posted.promise
    stopping.abort()
    if (runningPath !== undefined) {
      await exchange(
        send,
        { method: 'DELETE', path: runningPath },
        { timeoutMillis: Math.min(requestTimeoutMillis, timeoutMillis), signal: deadline.signal },
      ).catch(() => {}) // Trino itself ends a query whose pages are no longer requested
    }
    clearTimeout(late)
  }

  const ask = async (target: Target): Promise<Answer> => {
    const isPage = typeof target === 'string'
    const timeoutMillis = requestTimeoutMillis
    const options = { timeoutMillis, signal: stopping.signal, sent: () => wakeReader() }
    const { status, body, error }: Reply = await exchange(send, target, options).catch((cause: unknown) => {
      if (!(cause instanceof NoAnswer)) throw cause
      throw queryError(noAnswerText(server, cause, timeoutMillis), { cause })
    })
    if (status === 200 && isAnswer(body)) return body
    // presto-client's error repeats the text of a response, which may repeat the request's credentials.
    const cause = status === undefined ? error : undefined
    throw queryError(replyText(server, { status, body, error }, isPage), { cause })
  }

  const step = async (target: Target, answered: Parameters<Send>[1]) => {
    const answer = await ask(target)
    const { nextUri, error, updateType } = answer
    if (error || !nextUri) runningPath = undefined
    else if (URL.canParse(nextUri)) runningPath = pathOf(new URL(nextUri)) ?? runningPath
    posted.resolve()
    watch?.see(answer.stats)
    isUserError = error?.errorType === 'USER_ERROR'
    if (error) throw queryError(failureText(server, error), failureFacts(server, error))
    const fault = nextUri && pageUrlText(server, nextUri, hasCredentials)
    if (fault) throw queryError(fault)
    if (updateType !== undefined && changesSession.test(updateType)) {
      const message = `${updateType} has no effect in Trino at ${where}, as each statement has its own session: use the engine's options sessionProperties, catalog or schema`
      throw queryError(message)
    }
    if (answer.columns) columns.resolve(answer.columns)
    if (answer.data?.length && !outcome) {
      page = answer.data
      const taken = new Promise<void>((resolve) => (wakeSender = resolve))
      wakeReader()
      await taken
      watch?.restart()
    }
    if (!outcome) answered(null, 200, answer)
  }
  client.request = (target, answered) => {
    step(target, answered).catch((cause: unknown) => void fail(cause))
    return undefined
  }
  client.execute({
    query: statementText(sql),
    headers: server.headers,
    timezone: 'UTC',
    success: () => settle({}),
    error: ({ message }) => {
      void fail(queryError(`Trino at ${where} sent an unexpected response: ${redact(message)}`))
    },
  })

  return {
    columns: columns.promise,
    async next() {
      for (;;) {
        if (outcome && 'failure' in outcome) throw outcome.failure
        if (page) {
          const taken = page
          page = undefined
          // Request the next page before returning this one, as the caller may take long to process it.
          const asked = new Promise<void>((resolve) => (wakeReader = resolve))
          wakeSender()
          await asked
          return taken
        }
        if (outcome) return undefined
        await new Promise<void>((resolve) => (wakeReader = resolve))
      }
    },
    end(reason = queryError(`the query was ended before Trino at ${where} had finished it`)) {
      if (!outcome) settle({ failure: reason }, cancel())
    },
    over: over.promise,
  }
}

/** Statements whose only effect is that the client changes its session. */
const changesSession = /^(?:RE)?SET (?:SESSION|TIME ZONE|ROLE|PATH)|^USE$|^PREPARE$|^DEALLOCATE/

function isAnswer(body: unknown): body is Answer {
  return isObject(body) && 'stats' in body && isObject(body.stats) && 'state' in body.stats
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function pathOf({ pathname, search }: URL): string | undefined {
  return pathname.startsWith('/') ? pathname + search : undefined
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<T>((...settle) => ([resolve, reject] = settle))
  promise.catch(() => {}) // those who await it get the rejection; it must not count as unhandled if nobody does
  return { promise, resolve, reject }
}
