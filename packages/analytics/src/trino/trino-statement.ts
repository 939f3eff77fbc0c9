import { Client, type ClientOptions } from 'presto-client'
import { QueryError } from '../query-error.js'
import { exchange, NoAnswer, type Reply, type Send, type Target } from './trino-exchange.js'
import {
  failureFacts,
  failureText,
  noAnswerText,
  pageUrlText,
  replyText,
  type TrinoFailure,
} from './trino-failure.js'
import type { TrinoColumn } from './trino-types.js'

/** A Trino server, and how its statements are sent. */
export interface TrinoServer {
  /** Its URL, as error texts name it. */
  where: string
  client: ClientOptions
  /** Headers of each statement. */
  headers: Record<string, string>
  /** How long a request may be without any answer. */
  requestTimeoutMillis: number
  /** Takes credentials out of a text. */
  redact: (text: string) => string
}

/** Rows as they come from Trino, each with a value for each column. */
export type TrinoPage = readonly (readonly unknown[])[]

/** A statement that Trino runs. */
export interface TrinoStatement {
  /** Its columns, once Trino knows them; none for a statement without rows. */
  readonly columns: Promise<readonly TrinoColumn[]>
  /** The next page, undefined after the last. While the caller has it the one after is fetched, and no more. */
  next(): Promise<TrinoPage | undefined>
  /** Ends it, in Trino too, unless it has ended: what waits for it rejects with the reason, a QueryError by default. */
  end(reason?: unknown): void
  /** Resolves when it has ended, however, and Trino has been told where it has not ended by itself. */
  readonly over: Promise<void>
}

/** What Trino answers to a statement, and for each of its pages. */
interface Answer {
  nextUri?: string
  columns?: readonly TrinoColumn[]
  data?: TrinoPage
  updateType?: string
  error?: TrinoFailure
  stats: { state: string }
}

/** How long Trino is waited for, in all, when a statement is ended. */
const endTimeoutMillis = 5000

/** Sends a statement. presto-client drives it, and each of its requests waits here until the page before has been taken. */
export function startStatement(server: TrinoServer, sql: string): TrinoStatement {
  const { where, redact, requestTimeoutMillis } = server
  const hasCredentials = (server.client.basic_auth ?? server.client.custom_auth) !== undefined
  const client = new Client(server.client) as Client & { request: Send }
  const send = client.request.bind(client)
  const stopping = new AbortController()
  const columns = deferred<readonly TrinoColumn[]>()
  const posted = deferred<void>()
  const over = deferred<void>()
  /** Where the statement is ended in Trino: undefined when Trino has not named it yet, or has ended it. */
  let runningPath: string | undefined
  let page: TrinoPage | undefined
  let outcome: { failure?: unknown } | undefined
  let wakeReader = () => {}
  let wakeSender = () => {}

  const queryError = (message: string, facts: { cause?: unknown } = {}) =>
    new QueryError(message, { sql, ...facts })
  const settle = (as: { failure?: unknown }, told: Promise<void> = Promise.resolve()) => {
    if (outcome) return
    outcome = as
    if ('failure' in as) columns.reject(as.failure)
    else columns.resolve([])
    wakeReader()
    wakeSender()
    void told.catch(() => {}).then(over.resolve)
  }
  const fail = (cause: unknown) => {
    posted.resolve()
    if (outcome) return
    const message = () => `Trino at ${where} cannot be asked: ${redact(messageOf(cause))}`
    settle({ failure: cause instanceof QueryError ? cause : queryError(message(), { cause }) }, tellTrino())
  }

  const tellTrino = async () => {
    const deadline = new AbortController()
    const late = setTimeout(() => {
      posted.resolve()
      deadline.abort()
    }, endTimeoutMillis)
    // A statement whose first answer is under way has no name yet to end it by.
    await posted.promise
    stopping.abort()
    if (runningPath !== undefined) {
      await exchange(
        send,
        { method: 'DELETE', path: runningPath },
        { timeoutMillis: Math.min(requestTimeoutMillis, endTimeoutMillis), signal: deadline.signal },
      ).catch(() => {}) // Trino ends by itself what is no longer asked for
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
    // presto-client's error of an answer repeats its text, which may repeat what was sent.
    const cause = status === undefined ? error : undefined
    throw queryError(replyText(server, { status, body, error }, isPage), { cause })
  }

  const step = async (target: Target, answered: Parameters<Send>[1]) => {
    const answer = await ask(target)
    const { nextUri, error, updateType } = answer
    if (error || !nextUri) runningPath = undefined
    else if (URL.canParse(nextUri)) runningPath = pathOf(new URL(nextUri)) ?? runningPath
    posted.resolve()
    if (error) throw queryError(failureText(server, error), failureFacts(server, error))
    const fault = nextUri && pageUrlText(server, nextUri, hasCredentials)
    if (fault) throw queryError(fault)
    if (updateType !== undefined && changesSession.test(updateType)) {
      const message = `${updateType} has no effect in Trino at ${where}, as each statement has a session of its own: give the engine sessionProperties, catalog or schema in its place`
      throw queryError(message)
    }
    if (answer.columns) columns.resolve(answer.columns)
    if (answer.data?.length && !outcome) {
      page = answer.data
      const taken = new Promise<void>((resolve) => (wakeSender = resolve))
      wakeReader()
      await taken
    }
    if (!outcome) answered(null, 200, answer)
  }
  client.request = (target, answered) => {
    step(target, answered).catch(fail)
    return undefined
  }
  client.execute({
    query: sql,
    headers: server.headers,
    timezone: 'UTC',
    success: () => settle({}),
    error: ({ message }) => {
      fail(queryError(`Trino at ${where} does not answer as Trino does: ${redact(message)}`))
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
          // The next page is on its way before the caller, who may take long, is given this one.
          const asked = new Promise<void>((resolve) => (wakeReader = resolve))
          wakeSender()
          await asked
          return taken
        }
        if (outcome) return undefined
        await new Promise<void>((resolve) => (wakeReader = resolve))
      }
    },
    end(reason = queryError(`the query was ended before it had ended in Trino at ${where}`)) {
      if (!outcome) settle({ failure: reason }, tellTrino())
    },
    over: over.promise,
  }
}

/** Statements that only tell a client how to go on with its session. */
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
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((...settle) => ([resolve, reject] = settle))
  promise.catch(() => {}) // whoever waits for it is told
  return { promise, resolve, reject }
}
