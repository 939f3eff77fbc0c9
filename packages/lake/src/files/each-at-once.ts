/** How many files are looked into at the same time. */
const filesAtOnce = 16

/** Calls `work` for every item, for some at the same time; no more items are pulled than are worked on. Rejects with the first error. */
export async function eachAtOnce<T>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<void>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  let isOver = false
  const worker = async () => {
    try {
      while (!isOver) {
        signal.throwIfAborted()
        const next = await iterator.next()
        if (next.done) return
        await work(next.value)
      }
    } finally {
      isOver = true
    }
  }
  try {
    await Promise.all(Array.from({ length: filesAtOnce }, worker))
  } finally {
    isOver = true
    await iterator.return?.()
  }
}
