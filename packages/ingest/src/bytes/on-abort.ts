const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back when a signal is aborted, until the returned function has been called. A signal has one listener for all callbacks, however many
 * writes share it: Node warns of a leak from the eleventh on.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => undefined
  const callbacks = callbacksOf.get(signal) ?? listenTo(signal)
  const own = () => callback() // the same callback may be given twice
  callbacks.add(own)
  return () => void callbacks.delete(own)
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>()
  callbacksOf.set(signal, callbacks)
  const callAll = () => {
    for (const callback of callbacks) callback()
  }
  signal.addEventListener('abort', callAll, { once: true })
  return callbacks
}

/** Runs `work` with a signal of its own that follows another one: what `work` calls may add listeners to it. */
export async function withOwnSignal<R>(
  signal: AbortSignal | undefined,
  work: (own: AbortController) => Promise<R>,
): Promise<R> {
  signal?.throwIfAborted()
  const own = new AbortController()
  const forget = onAbort(signal, () => own.abort(signal?.reason))
  try {
    return await work(own)
  } finally {
    forget()
  }
}
