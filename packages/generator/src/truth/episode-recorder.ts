import type { AlarmRule } from '@minilake/schema'
import type { Workbench } from '../kernels/workbench.js'
import { isoOfMicros } from '../timestamps.js'

/** One alarm: from the first reading of the run that raised it until before the first of the run that reset it. */
export interface AlarmEpisode {
  /** `2026-01-01T12:34:56.000Z`. */
  start: string
  /** In the same form; null when the alarm still stands at the end of the file. */
  end: string | null
  /** The greatest reading of the episode. */
  peak: number
}

interface OpenEpisode {
  startMicros: bigint
  endMicros: bigint | undefined
  peak: number
}

/**
 * Finds the alarm episodes of a column by its rule, in the sense of ISA-18.2-2016. The condition comes at a reading over
 * `above` and goes at one of `above − deadband` or less; readings fall into runs of one condition, NaN readings into the
 * run they stand in. A run of the condition that lasts `onDelaySeconds` from its first reading to its last raises the
 * alarm, one without it that lasts `offDelaySeconds` resets it; other runs, and gaps, change nothing.
 */
export function alarmEpisodes(
  { above, deadband, onDelaySeconds, offDelaySeconds }: AlarmRule,
  workbench: Workbench,
): {
  /** Takes the readings of the rows from `from` until before `to`, a batch of them at the most. Called in order of event time. */
  add(timestamps: BigInt64Array, values: Float64Array, from: number, to: number): void
  episodes(): AlarmEpisode[]
} {
  const { kernels } = workbench
  const below = above - deadband
  const onDelayMicros = Math.round(onDelaySeconds * 1e6)
  const offDelayMicros = Math.round(offDelaySeconds * 1e6)
  const found: OpenEpisode[] = []
  const run = { condition: false, first: undefined as bigint | undefined, last: 0n, peak: -Infinity }

  const standing = () => {
    const latest = found.at(-1)
    return latest?.endMicros === undefined ? latest : undefined
  }

  const endRun = () => {
    if (run.first === undefined) return
    const lasted = Number(run.last - run.first)
    const alarm = standing()
    if (run.condition && alarm !== undefined) alarm.peak = Math.max(alarm.peak, run.peak)
    else if (run.condition && lasted >= onDelayMicros)
      found.push({ startMicros: run.first, endMicros: undefined, peak: run.peak })
    else if (!run.condition && alarm !== undefined && lasted >= offDelayMicros) alarm.endMicros = run.first
  }

  return {
    add: (timestamps, values, from, to) => {
      if (from >= to) return
      run.first ??= timestamps[from] as bigint
      for (let row = from; row < to;) {
        const change = run.condition
          ? nextAtMost(values, row, to, below, run)
          : row + kernels.firstAbove(workbench.addressOf(values.subarray(row, to)), to - row, above)
        if (change > from) run.last = timestamps[change - 1] as bigint
        if (change < to) {
          endRun()
          run.condition = !run.condition
          run.first = timestamps[change]
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

function nextAtMost(
  values: Float64Array,
  from: number,
  to: number,
  limit: number,
  run: { peak: number },
): number {
  let row = from
  for (; row < to; row++) {
    const value = values[row] as number
    if (value <= limit) break
    if (value > run.peak) run.peak = value
  }
  return row
}
