/** What a query found: a number of rows, or why it failed. */
export interface Reading {
  /** On the clock of `performance.now()`, in milliseconds. */
  startedAt: number
  endedAt: number
  found: number | Error
}

/** Runs queries one after the other until `stop` is called. `readings` grows meanwhile. */
export function readingLoop(read: () => Promise<number>): {
  readings: readonly Reading[]
  stop: () => Promise<Reading[]>
} {
  const readings: Reading[] = []
  let isStopped = false
  const loop = async () => {
    while (!isStopped) {
      const startedAt = performance.now()
      const found = await read().catch((error: unknown) => error as Error)
      readings.push({ startedAt, endedAt: performance.now(), found })
    }
  }
  const running = loop()
  return {
    readings,
    stop: async () => {
      isStopped = true
      await running
      return readings
    },
  }
}

/** Counts readings by what they found; failures by name. */
export function tally(
  readings: readonly Reading[],
  names: Readonly<Record<number, string>>,
): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { found } of readings) {
    const name = found instanceof Error ? 'failed' : (names[found] ?? `${found} rows`)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
