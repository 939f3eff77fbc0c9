import { html, type Markup } from './html.js'
import type { ReportWindow } from './report.js'

/** Where a small picture of windows begins and ends, in time and in value. */
export interface SparkFrame {
  from: number
  to: number
  least: number
  greatest: number
}

const [width, height] = [240, 48]

/** The frame that all windows of some sources fit in, so that their pictures can be compared; undefined without values. */
export function sparkFrame(sources: readonly { windows: readonly ReportWindow[] }[]): SparkFrame | undefined {
  const frame = { from: Infinity, to: -Infinity, least: Infinity, greatest: -Infinity }
  for (const { windows } of sources) {
    for (const { start, min, max } of windows) {
      if (min === null || max === null) continue
      frame.from = Math.min(frame.from, start.getTime())
      frame.to = Math.max(frame.to, start.getTime())
      frame.least = Math.min(frame.least, min)
      frame.greatest = Math.max(frame.greatest, max)
    }
  }
  return frame.from <= frame.to ? frame : undefined
}

/**
 * A small picture of one source: its averages as a line over the band from least to greatest. Windows without a value, and windows
 * further apart than `stepMillis`, are gaps.
 */
export function sparkLine(
  windows: readonly ReportWindow[],
  frame: SparkFrame,
  { stepMillis, title }: { stepMillis: number; title: string },
): Markup {
  const x = (time: number) => round(((time - frame.from) / (frame.to - frame.from || 1)) * (width - 2) + 1)
  const range = frame.greatest / 2 - frame.least / 2
  const y = (value: number) =>
    round(height - 2 - (range === 0 ? 0.5 : (value / 2 - frame.least / 2) / range) * (height - 4))
  const runs = runsOf(windows, stepMillis)
  const bands = runs.map((run) => {
    const up = run.map(({ start, max }) => `${x(start.getTime())},${y(max)}`)
    const back = run.toReversed().map(({ start, min }) => `${x(start.getTime())},${y(min)}`)
    return `M${[...up, ...back].join('L')}Z`
  })
  // A round line cap shows a run of a single window as a dot.
  const lines = runs.map((run) => {
    const points = run.map(({ start, avg }) => `${x(start.getTime())},${y(avg)}`)
    return `M${[...points, ...(points.length === 1 ? points : [])].join('L')}`
  })
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" role="img" preserveAspectRatio="none">
    <title>${title}</title>
    <path class="band" d="${bands.join('')}" />
    <path class="line" d="${lines.join('')}" />
  </svg>`
}

type Value = { start: Date; avg: number; min: number; max: number }

/** Windows with values, in runs without a gap. */
function runsOf(windows: readonly ReportWindow[], stepMillis: number): Value[][] {
  const runs: Value[][] = []
  let previous = -Infinity
  for (const window of windows) {
    if (window.avg === null || window.min === null || window.max === null) continue
    const time = window.start.getTime()
    if (time - previous > stepMillis * 1.5) runs.push([])
    runs.at(-1)?.push(window as Value)
    previous = time
  }
  return runs
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
