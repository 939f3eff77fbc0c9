import { once } from 'node:events'
import { inspect } from 'node:util'
import { type Options, Presets, SingleBar } from 'cli-progress'

/** Where output goes: data to stdout, everything else to stderr. */
export interface Terminal {
  /** Prints data; resolves when there is room for more, rejects with the signal's reason. */
  data(text: string): Promise<void>
  /** Prints a line about the data, unless `--quiet` was given. */
  note(line: string): void
  /** Prints a line that must be seen; with `--json` as a JSON object with a `warning`. */
  warn(line: string): void
  /** Shows a progress bar on a terminal, unless `--quiet` was given. `total` counts the steps; it is called only when needed. */
  progress(label: string, total: () => Promise<number>): Promise<ProgressBar>
  /** Colours data where the terminal can show colours and NO_COLOR is not set. */
  colour(colour: Colour, text: string): string
  /** Columns of the terminal; 80 when the output is no terminal. */
  readonly columns: number
  /** Columns that a table may take: those of the terminal, or any number when the output is no terminal. */
  readonly width: number
  /** Whether only ASCII characters can be shown: the locale names another character set than UTF-8. */
  readonly isAscii: boolean
}

/** A colour with a meaning. */
export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold'

/** A bar that fills, with the time left. */
interface ProgressBar {
  /** Completes one more step. */
  step(): void
  /** Sets the completed steps, with a text instead of their number. */
  at(steps: number, text: string): void
  stop(): void
}

/** The terminal on a process's streams. */
export function terminalOn(
  { stdout, stderr }: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
  {
    quiet,
    json = false,
    signal,
    env = {},
  }: { quiet: boolean; json?: boolean; signal: AbortSignal; env?: NodeJS.ProcessEnv },
): Terminal {
  const noBar: ProgressBar = { step: () => {}, at: () => {}, stop: () => {} }
  const columns = stdout.columns || 80 // a terminal may say 0
  return {
    data: async (text) => {
      signal.throwIfAborted()
      if (stdout.write(text)) return
      await once(stdout, 'drain', { signal }).catch(() => signal.throwIfAborted())
    },
    note: (line) => {
      if (!quiet) stderr.write(`${line}\n`)
    },
    warn: (line) =>
      void stderr.write(`${json ? JSON.stringify({ warning: line }) : coloured(stderr, 'yellow', line)}\n`),
    progress: async (label, total) => {
      if (quiet || !stderr.isTTY) return noBar
      const steps = await total()
      if (steps === 0) return noBar
      const options: Options = {
        format: `${label} {bar} {text} {eta_formatted}`,
        barsize: Math.max(Math.min(stderr.columns - label.length - 50, 40), 5),
        linewrap: false, // a line wider than the terminal is cut, not wrapped
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
    colour: (colour, text) => coloured(stdout, colour, text),
    columns,
    width: stdout.isTTY ? columns : Infinity,
    isAscii: isAsciiLocale(env),
  }
}

/** A text in a colour, if the stream is a terminal with colours; NO_COLOR and FORCE_COLOR are respected. */
export function coloured(stream: NodeJS.WriteStream, colour: Colour, text: string): string {
  if (!hasColours(stream)) return text
  // util.styleText would ask the process's stdout whether it has colours, not this stream.
  const [start, end] = inspect.colors[colour] ?? [0, 0]
  return `\u001b[${start}m${text}\u001b[${end}m`
}

/** Whether a stream is a terminal with colours. */
export function hasColours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.hasColors()
}

/** Whether the locale of a process names another character set than UTF-8. One that is not set is taken for UTF-8. */
function isAsciiLocale({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '')
  return locale !== undefined && !/utf-?8/i.test(locale)
}
