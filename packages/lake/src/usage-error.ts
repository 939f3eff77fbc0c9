/** A command used wrongly: its message says what was expected, what came and how to mend it. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UsageError'
  }
}

/** Runs what a library checks arguments in, and turns its complaints into those of the command line. */
export function asUsage<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw asUsageError(cause)
  }
}

/** A library's complaint about its arguments as one about the command line; any other error as it is. */
export function asUsageError(cause: unknown): unknown {
  return cause instanceof RangeError || cause instanceof TypeError
    ? new UsageError(cause.message, { cause })
    : cause
}
