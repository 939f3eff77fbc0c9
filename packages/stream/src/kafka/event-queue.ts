import type { SourceEvent } from '../message-source.js'

/** An event that waits to be pulled. It is made when it is pulled; undefined when it no longer holds then. */
type Waiting = () => SourceEvent | undefined

/** Events that are pushed by a client and pulled by a loop. */
export interface EventQueue {
  push(waiting: Waiting): void
  /** Removes an event that has not been pulled. */
  withdraw(waiting: Waiting): void
  /** Ends the pulling with an error. */
  fail(error: unknown): void
  pull(options: { signal: AbortSignal; idleMillis: number }): AsyncGenerator<SourceEvent>
}

/** A queue for one loop. Those who push are told by their event being pulled that they may push the next one. */
export function eventQueue(): EventQueue {
  const queue: Waiting[] = []
  let failure: { error: unknown } | undefined
  let wake = () => {}

  const untilWoken = (signal: AbortSignal, millis: number) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, millis)
      signal.addEventListener('abort', end)
      wake = end
    })

  return {
    push(waiting) {
      queue.push(waiting)
      wake()
    },
    withdraw(waiting) {
      const at = queue.indexOf(waiting)
      if (at !== -1) queue.splice(at, 1)
    },
    fail(error) {
      failure ??= { error }
      wake()
    },
    async *pull({ signal, idleMillis }) {
      for (;;) {
        if (signal.aborted) return
        if (failure) throw failure.error
        if (queue.length === 0) await untilWoken(signal, idleMillis)
        if (signal.aborted) return
        const waiting = queue.shift()
        const event: SourceEvent | undefined = waiting ? waiting() : { kind: 'idle' }
        if (event && !failure) yield event
      }
    },
  }
}
