/** A text's bytes as a stream of one chunk. */
export function bytesOf(text: string): Uint8Array[] {
  return [new TextEncoder().encode(text)]
}

/** A stream that gives some bytes, then fails with the error. */
export async function* failingAfter(text: string, error: Error): AsyncGenerator<Uint8Array> {
  yield* bytesOf(text)
  await Promise.resolve()
  throw error
}

/** A stream that gives some bytes, calls back and then waits for ever. */
export async function* waitingAfter(text: string, onWait: () => void): AsyncGenerator<Uint8Array> {
  yield* bytesOf(text)
  setTimeout(onWait, 10)
  await new Promise(() => undefined)
}

/** Takes all of an async iterable. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const item of items) taken.push(item)
  return taken
}
