/** A statement's statistics in Trino's protocol; there are more than these. */
export interface StatementStats {
  state: string
  totalSplits?: number
  completedSplits?: number
  cpuTimeMillis?: number
  processedRows?: number
  processedBytes?: number
  physicalInputBytes?: number
  physicalWrittenBytes?: number
}

/** Watches whether a statement makes progress. */
export interface ProgressWatch {
  /** Call it with the statistics of each response. */
  see(stats: StatementStats): void
  /** Restarts the timer. */
  restart(): void
  end(): void
}

/**
 * Calls `ask` when statistics have not changed for `stallMillis`, and again after each further time. Calls `fail` with the error that
 * it resolves with, unless the statement has made progress in the meantime.
 */
export function progressWatch(
  stallMillis: number,
  { ask, fail }: { ask: () => Promise<Error | undefined>; fail: (error: Error) => void },
): ProgressWatch {
  let last = ''
  let isOver = false
  let isAsking = false
  let hasProgressed = false
  const askOnce = async () => {
    if (isAsking) return
    isAsking = true
    hasProgressed = false
    const error = await ask().catch(() => undefined) // a failed diagnosis changes nothing
    isAsking = false
    if (isOver) return
    if (error && !hasProgressed) fail(error)
    else timer.refresh()
  }
  const timer = setTimeout(() => void askOnce(), stallMillis)
  const restart = () => {
    if (isOver) return
    hasProgressed = true
    timer.refresh()
  }
  return {
    see(stats) {
      const now = progressOf(stats)
      // A queued statement waits for others, even if all parts are healthy.
      if (now !== last || stats.state === 'QUEUED') restart()
      last = now
    },
    restart,
    end() {
      isOver = true
      clearTimeout(timer)
    },
  }
}

/** What changes when a statement works. Its times, except that of the CPU, also grow while it waits. */
function progressOf(stats: StatementStats): string {
  const { state, totalSplits, completedSplits, cpuTimeMillis, processedRows, processedBytes } = stats
  const { physicalInputBytes, physicalWrittenBytes } = stats
  return [
    ...[state, totalSplits, completedSplits, cpuTimeMillis, processedRows, processedBytes],
    ...[physicalInputBytes, physicalWrittenBytes],
  ].join()
}
