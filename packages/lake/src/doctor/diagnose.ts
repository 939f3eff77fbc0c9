/** One step on the way from the config to an answer. */
export interface Check {
  /** What is checked: `credentials`. */
  name: string
  /** Resolves with what it found; rejects with what is wrong, preferably a FailedCheck that names the fix. */
  run: () => Promise<string>
}

/** What is wrong, and the fix. */
export class FailedCheck extends Error {
  readonly fix: string

  constructor(message: string, { fix, cause }: { fix: string; cause?: unknown }) {
    super(message, { cause })
    this.name = 'FailedCheck'
    this.fix = fix
  }
}

/** The result of a check. Checks after a failed one are not run, because they depend on it. */
export interface CheckResult {
  check: string
  state: 'ok' | 'failed' | 'not run'
  /** What was found, or what is wrong. */
  finding: string
  /** The fix; empty when nothing is wrong or no fix is known. */
  fix: string
}

/** Runs checks in order, up to the first that fails. Rejects only with the signal's reason. */
export async function diagnose(checks: readonly Check[], signal: AbortSignal): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  let hasFailed = false
  for (const { name: check, run } of checks) {
    signal.throwIfAborted()
    if (hasFailed) {
      results.push({ check, state: 'not run', finding: '', fix: '' })
      continue
    }
    try {
      results.push({ check, state: 'ok', finding: await run(), fix: '' })
    } catch (error) {
      signal.throwIfAborted()
      hasFailed = true
      const fix = error instanceof FailedCheck ? error.fix : ''
      results.push({ check, state: 'failed', finding: firstLine(error), fix })
    }
  }
  return results
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
  return line
}
