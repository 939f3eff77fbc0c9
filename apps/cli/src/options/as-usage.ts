import { UsageError } from '@minilake/lake'

/** Runs code in which a library checks arguments, and turns its TypeErrors and RangeErrors into UsageErrors (exit code 2). */
export function asUsage<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw asUsageError(cause)
  }
}

/** A library's error about its arguments as a UsageError; any other error unchanged. */
export function asUsageError(cause: unknown): unknown {
  return cause instanceof RangeError || cause instanceof TypeError
    ? new UsageError(cause.message, { cause })
    : cause
}
