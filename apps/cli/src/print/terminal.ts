import { once } from 'node:events'
import { type Options, Presets, SingleBar } from 'cli-progress'

/** Where output goes: data to stdout, everything else to stderr. */
export interface Terminal {
  /** Data, the thing that was asked for; resolves when there is room for more, rejects with the signal's reason. */
  data(text: string): Promise<void>
  /** A line about it; left out with `--quiet`. */
  note(line: string): void
  /** A line that must be seen. */
  warn(line: string): void
  /** A progress bar; nothing but on a terminal, and not with `--quiet`. `total` is asked for its steps only then. */
  progress(label: string, total: () => Promise<number>): Promise<ProgressBar>
  /** Columns of the terminal, 80 where there is none. */
  readonly columns: number
}

/** A bar that fills, with the time left. */
export interface ProgressBar {
  /** One more step is done. */
  step(): void
  /** So many steps are done, and what to say of them instead of their number. */
  at(steps: number, text: string): void
  stop(): void
}

/** The terminal on a process's streams. */
export function terminalOn(
  { stdout, stderr }: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
  { quiet, signal }: { quiet: boolean; signal: AbortSignal },
): Terminal {
  const noBar: ProgressBar = { step: () => {}, at: () => {}, stop: () => {} }
  return {
    data: async (text) => {
      signal.throwIfAborted()
      if (stdout.write(text)) return
      await once(stdout, 'drain', { signal }).catch(() => signal.throwIfAborted())
    },
    note: (line) => {
      if (!quiet) stderr.write(`${line}\n`)
    },
    warn: (line) => void stderr.write(`${line}\n`),
    progress: async (label, total) => {
      if (quiet || !stderr.isTTY) return noBar
      const steps = await total()
      if (steps === 0) return noBar
      const options: Options = {
        format: `${label} {bar} {text} {eta_formatted}`,
        hideCursor: true,
        clearOnComplete: true,
        stream: stderr,
      }
      const bar = new SingleBar(options, Presets.shades_classic)
      let done = 0
      const at = (steps: number, text: string) => {
        done = steps
        bar.update(steps, { text })
      }
      bar.start(steps, 0, { text: '' })
      return { at, step: () => at(done + 1, `${done + 1}/${steps}`), stop: () => bar.stop() }
    },
    columns: stdout.columns ?? 80,
  }
}
