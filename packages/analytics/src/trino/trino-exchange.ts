import type { ClientRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** presto-client's own `request`, which its types leave out: sends one HTTP request to its server, or to a URL. */
export type Send = (
  target: Target,
  answered: (error: Error | null, status?: number, body?: unknown) => void,
) => ClientRequest | undefined

/** The URL of a query's next page, or another request to the server. */
export type Target =
  string | { method: string; path: string; headers?: Record<string, string>; body?: string; user?: string }

/** What came of a request: the status and body of an answer, or the error that there was none. */
export interface Reply {
  status?: number | undefined
  body?: unknown
  error?: Error | undefined
  retryAfter?: string | undefined
}

/** The peer gave no answer in time, or none but one that asks to try again: `but` names the last of these. */
export class NoAnswer extends Error {
  readonly but: string | undefined

  // An answer's text may repeat what was sent, credentials too, and does not go into the error.
  constructor(last: Reply | undefined) {
    super('no answer in time')
    this.but = last && (last.status === undefined ? 'broken connections' : `HTTP ${last.status}`)
  }
}

/** How often a request is sent that is answered by "try again". */
const tries = 20

/**
 * Sends a request until its answer is another than "try again", at most 20 times. Rejects with NoAnswer when all of that
 * takes longer than `timeoutMillis`, not counting while the body of an answer arrives, and with the signal's reason when
 * aborted. `sent` is called when the request leaves.
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
      if (pauseMillis === undefined || tried === tries) return reply
      await sleep(pauseMillis, undefined, { signal: stop }).catch(() => stop.throwIfAborted())
    }
  } finally {
    clearTimeout(timer)
  }
}

/** How long to wait before the request is sent again: undefined when the reply is final. */
function pauseMillisAfter(
  { status, error, retryAfter }: Reply,
  target: Target,
  tried: number,
): number | undefined {
  if (status === 429) {
    const seconds = Number(retryAfter ?? 1) // not a number where it is a date
    return 1000 * (Number.isNaN(seconds) ? 1 : Math.min(Math.max(seconds, 0.1), 5))
  }
  // A page may be asked for again after its connection broke: Trino keeps the last one. It gives no length, so that a page
  // cut short shows only as one that is not JSON.
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
      // The answer itself, which may repeat what was sent, in Node's error of one that is not HTTP.
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
      // presto-client does not see an answer that is cut short.
      response.on('error', (error) => settle({ error }))
    })
  })
}
