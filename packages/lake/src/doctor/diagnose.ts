/** One step on the way from the config to an answer. */
export interface Check {
  /** What is checked: `credentials`. */
  name: string
  /** Whether later checks make sense after this one failed. Default false: they depend on it. */
  isIndependent?: boolean
  /** Resolves with what it found; rejects with what is wrong, preferably a FailedCheck that names the fix. */
  run: () => Promise<string>
}

/** An object or a partition that an engine would misread. */
export interface Fault {
  /** Its key, or its folder with a slash at its end. */
  key: string
  /** What is wrong with it, in one sentence. */
  fault: string
  fix: string
}

/** What is wrong, and the fix. */
export class FailedCheck extends Error {
  readonly fix: string
  /** What is wrong one by one, where there may be several. */
  readonly faults: readonly Fault[] | undefined

  constructor(
    message: string,
    { fix, faults, cause }: { fix: string; faults?: readonly Fault[]; cause?: unknown },
  ) {
    super(message, { cause })
    this.name = 'FailedCheck'
    this.fix = fix
    this.faults = faults
  }
}

/** The result of a check. Checks after a failed one are not run if they depend on it. */
export interface CheckResult {
  check: string
  state: 'ok' | 'failed' | 'not run'
  /** What was found, or what is wrong. */
  finding: string
  /** The fix; empty when nothing is wrong or no fix is known. */
  fix: string
  /** Everything that an engine would misread, ordered by key; only of a failed check of files, keys or partitions. */
  faults?: readonly Fault[]
}

/** Runs checks in order, up to the first that fails and that others depend on. Rejects only with the signal's reason. */
export async function diagnose(checks: readonly Check[], signal: AbortSignal): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  let isStopped = false
  for (const { name: check, isIndependent = false, run } of checks) {
    signal.throwIfAborted()
    if (isStopped) {
      results.push({ check, state: 'not run', finding: '', fix: '' })
      continue
    }
    try {
      results.push({ check, state: 'ok', finding: await run(), fix: '' })
    } catch (error) {
      signal.throwIfAborted()
      isStopped = !isIndependent
      const { fix = '', faults } = error instanceof FailedCheck ? error : {}
      results.push({ check, state: 'failed', finding: firstLine(error), fix, ...(faults && { faults }) })
    }
  }
  return results
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
  return line
}
