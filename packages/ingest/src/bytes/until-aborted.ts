import { onAbort } from './on-abort.js'

/**
 * Yields the elements of a stream until the signal is aborted, then rejects at once with the signal's reason, even while the producer
 * is waiting. A waiting producer is asked to close, but not awaited.
 */
export async function* untilAborted<Element>(
  elements: Iterable<Element> | AsyncIterable<Element>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Element, void, undefined> {
  if (signal === undefined) {
    yield* elements
    return
  }
  signal.throwIfAborted()
  const iterator =
    Symbol.asyncIterator in elements ? elements[Symbol.asyncIterator]() : elements[Symbol.iterator]()
  // One listener that ends the current step: `Promise.race` with a long-lived promise would keep every element in memory.
  let endStep: (reason: unknown) => void = () => undefined
  const forget = onAbort(signal, () => endStep(signal.reason))
  let isOpen = true
  try {
    for (;;) {
      signal.throwIfAborted()
      const step = await new Promise<IteratorResult<Element, unknown>>((resolve, reject) => {
        endStep = reject
        isOpen = false
        Promise.resolve(iterator.next()).then(resolve, reject)
      })
      if (step.done) break
      isOpen = true
      yield step.value
    }
    signal.throwIfAborted()
  } finally {
    forget()
    const closing = isOpen || signal.aborted ? close(iterator) : undefined
    if (signal.aborted) closing?.catch(() => undefined)
    else await closing
  }
}

async function close(iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  await iterator.return?.()
}
