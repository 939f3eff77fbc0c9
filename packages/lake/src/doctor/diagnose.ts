/** A link of the chain from the config to an answer. */
export interface Link {
  /** What is checked: `credentials`. */
  name: string
  /** Resolves with what was found; rejects with what is wrong, best with a BrokenLink that says how to mend it. */
  check(): Promise<string>
}

/** What is wrong with a link, and how to mend it. */
export class BrokenLink extends Error {
  readonly fix: string

  constructor(message: string, { fix, cause }: { fix: string; cause?: unknown }) {
    super(message, { cause })
    this.name = 'BrokenLink'
    this.fix = fix
  }
}

/** What became of a link: those after a broken one are not looked at, since they hang on it. */
export interface Diagnosis {
  link: string
  state: 'ok' | 'broken' | 'not checked'
  /** What was found, or what is wrong. */
  finding: string
  /** How to mend it; empty where nothing is broken, or nobody knows. */
  fix: string
}

/** Checks links in order, up to the first that is broken. */
export async function diagnose(links: readonly Link[], signal: AbortSignal): Promise<Diagnosis[]> {
  const found: Diagnosis[] = []
  let isBroken = false
  for (const checked of links) {
    const link = checked.name
    signal.throwIfAborted()
    if (isBroken) {
      found.push({ link, state: 'not checked', finding: '', fix: '' })
      continue
    }
    try {
      found.push({ link, state: 'ok', finding: await checked.check(), fix: '' })
    } catch (error) {
      signal.throwIfAborted()
      isBroken = true
      const finding = error instanceof Error ? (error.message.split('\n')[0] as string) : String(error)
      found.push({ link, state: 'broken', finding, fix: error instanceof BrokenLink ? error.fix : '' })
    }
  }
  return found
}
