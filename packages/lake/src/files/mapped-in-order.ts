/** Most calls of `work` that run at once. */
const mostAtOnce = 16

/**
 * The results of `work` on each element, in the elements' order, up to 16 at a time. The first element is worked on alone, so that a
 * caller who wants only that one does not wait for others. Rejects with the first failure in order.
 */
export async function* mappedInOrder<T, R>(
  elements: AsyncIterable<T> | Iterable<T>,
  work: (element: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = []
  let window = 1
  for await (const element of elements) {
    const result = work(element)
    result.catch(() => undefined) // reported when its turn comes
    running.push(result)
    if (running.length < window) continue
    yield await (running.shift() as Promise<R>)
    window = Math.min(2 * window, mostAtOnce)
  }
  for (const result of running) yield await result
}
