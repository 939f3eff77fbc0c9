import { Option } from 'commander'
import { duration, parsedBy } from './parsers.js'

/** The option of commands that may meet what another one has left half done; `openSession` reads it. */
export function resumeAfterOption(): Option {
  return new Option(
    '--resume-after <duration>',
    'an upload or a change of a partition without a sign of life for this long is left behind: it is completed or taken back',
  )
    .argParser(parsedBy(duration))
    .default(60, '1m')
}
