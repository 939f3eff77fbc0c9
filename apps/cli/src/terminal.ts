import { once } from 'node:events'
import { type Options, Presets, SingleBar } from 'cli-progress'

/** Where output goes: data to stdout, everything else to stderr. */
export interface Terminal {
  /** Data, the thing that was asked for; resolves when there is room for more. */
  data(text: string): Promise<void>
  /** A line about it; left out with `--quiet`. */
  note(line: string): void
  /** A line that must be seen. */
  warn(line: string): void
  /** A progress bar over so many steps; nothing but on a terminal, and not with `--quiet`. */
  progress(label: string, total: number): { step(): void; stop(): void }
  /** Columns of the terminal, 80 where there is none. */
  readonly columns: number
}

/** The terminal on a process's streams. */
export function terminalOn(
  { stdout, stderr }: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
  { quiet }: { quiet: boolean },
): Terminal {
  return {
    data: async (text) => {
      if (!stdout.write(text)) await once(stdout, 'drain')
    },
    note: (line) => {
      if (!quiet) stderr.write(`${line}\n`)
    },
    warn: (line) => void stderr.write(`${line}\n`),
    progress: (label, total) => {
      if (quiet || !stderr.isTTY) return { step: () => {}, stop: () => {} }
      const options: Options = {
        format: `${label} {bar} {value}/{total} {eta_formatted}`,
        hideCursor: true,
        clearOnComplete: true,
        stream: stderr,
      }
      const bar = new SingleBar(options, Presets.shades_classic)
      bar.start(total, 0)
      return { step: () => bar.increment(), stop: () => bar.stop() }
    },
    columns: stdout.columns ?? 80,
  }
}
