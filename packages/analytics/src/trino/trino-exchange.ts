import type { ClientRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** presto-client's `request`, which its types omit: sends one HTTP request to its server, or to a URL. */
export type Send = (
  target: Target,
  answered: (error: Error | null, status?: number, body?: unknown) => void,
) => ClientRequest | undefined

/** The URL of a query's next page, or another request to the server. */
export type Target =
  string | { method: string; path: string; headers?: Record<string, string>; body?: string; user?: string }

/** The outcome of a request: the status and body of a response, or the error if there was none. */
export interface Reply {
  status?: number | undefined
  body?: unknown
  error?: Error | undefined
  retryAfter?: string | undefined
}

/** The server did not answer in time, or only with responses that ask to retry; `but` names the last of these. */
export class NoAnswer extends Error {
  readonly but: string | undefined

  // A response's text stays out of the error, as it may repeat the request's credentials.
  constructor(last: Reply | undefined) {
    super('no answer in time')
    this.but = last && (last.status === undefined ? 'broken connections' : `HTTP ${last.status}`)
  }
}

/** How many times a request is sent while the responses ask to retry. */
const maxTries = 20

/**
 * Sends a request, and retries while the response asks for it, up to 20 times. Rejects with NoAnswer when that takes longer than
 * `timeoutMillis`, not counting the time in which a response body arrives, and with the signal's reason when aborted.
 * `sent` is called when the connection is open.
 */
export async function exchange(
  send: Send,
  target: Target,
  { timeoutMillis, signal, sent }: { timeoutMillis: number; signal: AbortSignal; sent?: () => void },
): Promise<Reply> {
  const silence = new AbortController()
  let reply: Reply | undefined
  const timer = setTimeout(() => silence.abort(new NoAnswer(reply)), timeoutMillis)
  const stop = AbortSignal.any([signal, silence.signal])
  try {
    for (let tried = 1; ; tried++) {
      reply = await sendOnce(send, target, { timer, signal: stop, sent })
      const pauseMillis = pauseMillisAfter(reply, target, tried)
      if (pauseMillis === undefined || tried === maxTries) return reply
      await sleep(pauseMillis, undefined, { signal: stop }).catch(() => stop.throwIfAborted())
    }
  } finally {
    clearTimeout(timer)
  }
}

/** The pause before the next try; undefined if the reply is final. */
function pauseMillisAfter(
  { status, error, retryAfter }: Reply,
  target: Target,
  tried: number,
): number | undefined {
  if (status === 429) {
    const seconds = Number(retryAfter ?? 1) // NaN for a date
    return 1000 * (Number.isNaN(seconds) ? 1 : Math.min(Math.max(seconds, 0.1), 5))
  }
  // A page can be requested again after its connection broke, as Trino keeps the last one. Trino sends no length, so a
  // truncated page is recognized only by invalid JSON.
  const isBroken =
    typeof target === 'string' && error !== undefined && (status === undefined || status === 200)
  // Trino's protocol says 50 to 100 ms.
  return isBroken || status === 502 || status === 503 || status === 504
    ? Math.min(50 + 5 * tried, 100)
    : undefined
}

function sendOnce(
  send: Send,
  target: Target,
  {
    timer,
    signal,
    sent = () => {},
  }: { timer: NodeJS.Timeout; signal: AbortSignal; sent?: (() => void) | undefined },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    let retryAfter: string | undefined
    const stop = () => {
      request?.destroy()
      reject(signal.reason as Error)
    }
    const settle = (reply: Reply) => {
      signal.removeEventListener('abort', stop)
      // Node's error for a response that is not HTTP contains the response, which may repeat the request's credentials.
      if (reply.error) Reflect.deleteProperty(reply.error, 'rawPacket')
      resolve(reply)
    }
    signal.addEventListener('abort', stop)
    const request = send(target, (error, status, body) => {
      settle({ status, body, error: error ?? undefined, retryAfter })
    })
    request?.on('socket', (socket) => socket.once('encrypted' in socket ? 'secureConnect' : 'connect', sent))
    request?.on('response', (response) => {
      retryAfter = response.headers['retry-after']
      response.on('data', () => {
        if (response.statusCode === 200) timer.refresh()
      })
      // presto-client does not notice a truncated response.
      response.on('error', (error) => settle({ error }))
    })
  })
}
