import type { HighLimitRule } from '@minilake/schema'
import type { Workbench } from '../kernels/workbench.js'
import { isoOfMicros } from './timestamps.js'
import type { AlarmEpisode } from './truth.js'

/** Finds the alarm episodes of one column. */
export interface EpisodeRecorder {
  /** Adds the rows from `from` to before `to`, at most a batch of the kernels. Call it in order of event time. */
  add(timestamps: BigInt64Array, values: Float64Array, from: number, to: number): void
  /** The episodes, in order of start. Call it after the last `add`. */
  episodes(): AlarmEpisode[]
}

interface OpenEpisode {
  startMicros: bigint
  endMicros: bigint | undefined
  peak: number
}

/** Consecutive readings with the alarm condition, or without it. */
interface Run {
  condition: boolean
  firstMicros: bigint | undefined
  lastMicros: bigint | undefined
  peak: number
}

/**
 * Finds alarm episodes by a rule, in the sense of ISA-18.2-2016. The alarm condition starts at a reading above `above` and ends at a
 * reading at or below `above − deadband`. Readings form runs with or without the condition; a NaN reading belongs to the run it falls
 * into. A run with the condition raises the alarm if its first and last readings are at least `onDelaySeconds` apart. A run without it
 * clears the alarm if they are at least `offDelaySeconds` apart. Shorter runs change nothing, and neither do gaps between readings.
 */
export function episodeRecorder(
  { above, deadband, onDelaySeconds, offDelaySeconds }: HighLimitRule,
  workbench: Workbench,
): EpisodeRecorder {
  const { kernels } = workbench
  const below = above - deadband
  const onDelayMicros = Math.round(onDelaySeconds * 1e6)
  const offDelayMicros = Math.round(offDelaySeconds * 1e6)
  const found: OpenEpisode[] = []
  const run: Run = { condition: false, firstMicros: undefined, lastMicros: undefined, peak: -Infinity }

  const activeEpisode = () => {
    const latest = found.at(-1)
    return latest?.endMicros === undefined ? latest : undefined
  }

  const endRun = () => {
    const { condition, firstMicros, lastMicros, peak } = run
    if (firstMicros === undefined || lastMicros === undefined) return
    const duration = Number(lastMicros - firstMicros)
    const active = activeEpisode()
    if (condition && active !== undefined) active.peak = Math.max(active.peak, peak)
    else if (condition && duration >= onDelayMicros)
      found.push({ startMicros: firstMicros, endMicros: undefined, peak })
    else if (!condition && active !== undefined && duration >= offDelayMicros) active.endMicros = firstMicros
  }

  return {
    add: (timestamps, values, from, to) => {
      if (from >= to) return
      run.firstMicros ??= timestamps[from]
      for (let row = from; row < to;) {
        const rest = values.subarray(row, to)
        const change =
          row +
          (run.condition
            ? firstAtMost(rest, below, run)
            : kernels.firstAbove(workbench.addressOf(rest), rest.length, above))
        if (change > from) run.lastMicros = timestamps[change - 1]
        if (change < to) {
          endRun()
          run.condition = !run.condition
          run.firstMicros = timestamps[change]
          run.peak = -Infinity
        }
        row = change
      }
    },
    episodes: () => {
      endRun()
      return found.map(({ startMicros, endMicros, peak }) => ({
        start: isoOfMicros(startMicros),
        end: endMicros === undefined ? null : isoOfMicros(endMicros),
        peak,
      }))
    },
  }
}

/** The index of the first value at or below a limit, or the number of values. Raises the peak of the run to the values before it. */
function firstAtMost(values: Float64Array, limit: number, run: Run): number {
  let row = 0
  for (const value of values) {
    if (value <= limit) break
    if (value > run.peak) run.peak = value
    row++
  }
  return row
}
