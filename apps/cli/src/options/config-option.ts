import { Option } from 'commander'

/** What `--config` says, which may be given twice: with a file, and alone for `status` to show what holds. */
export interface ConfigFlag {
  file?: string
  alone?: boolean
}

/** The option `--config`. */
export function configOption(): Option {
  return new Option(
    '--config [file]',
    'config file (default: minilake.config.ts, .js, .mjs or .json in this folder); alone, with status: show it',
  )
    .preset('') // for the parser to be called where no file follows
    .argParser((file, before: ConfigFlag = {}): ConfigFlag => {
      return file === '' ? { ...before, alone: true } : { ...before, file }
    })
}
