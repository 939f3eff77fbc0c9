/** A value at a time; null when it is missing. */
export interface ChartPoint {
  time: Date
  value: number | null
}

const blocks = ' ▁▂▃▄▅▆▇█'

/**
 * A bar chart of a series as lines of text, at most `width` columns wide, from the least to the greatest value, with the days below.
 * A bar averages several points when there are more points than columns. Empty for a series without values.
 */
export function chartText(
  title: string,
  points: readonly ChartPoint[],
  { width = 80, height = 6 } = {},
): string {
  const columns = Math.max(width - 12, 10)
  const perBar = Math.ceil(points.length / columns)
  const bars = Array.from({ length: Math.ceil(points.length / perBar) }, (_, index) =>
    average(points.slice(index * perBar, (index + 1) * perBar)),
  )
  const drawn = bars.filter((value) => value !== null)
  if (drawn.length === 0) return ''
  const greatest = drawn.reduce((a, b) => Math.max(a, b))
  const least = drawn.reduce((a, b) => Math.min(a, b))
  const labels = [greatest, least].map((value) => String(Number(value.toPrecision(5))))
  const margin = Math.max(...labels.map((label) => label.length))
  // The lowest bar is one eighth high, to distinguish it from a gap.
  const eighths = bars.map((value) =>
    value === null ? 0 : 1 + Math.round(((value - least) / (greatest - least || 1)) * (height * 8 - 1)),
  )
  const lines = Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * 8
    const label = line === 0 ? labels[0] : line === height - 1 ? labels[1] : ''
    const text = eighths.map((high) => blocks[Math.min(Math.max(high - below, 0), 8)]).join('')
    return `${(label as string).padStart(margin)} ┤${text}`.trimEnd()
  })
  return [title, ...lines, `${' '.repeat(margin)} └${dayAxis(points, perBar)}`]
    .map((line) => `${line}\n`)
    .join('')
}

/** The dates (month and day) under the bars at which they begin, as far as there is room. */
function dayAxis(points: readonly ChartPoint[], perBar: number): string {
  let axis = ''
  points.forEach(({ time }, index) => {
    const at = Math.floor(index / perBar)
    const newDay =
      index === 0 || points[index - 1]?.time.toISOString().slice(0, 10) !== time.toISOString().slice(0, 10)
    if (newDay && at >= axis.length && (index === 0 || at > axis.length)) {
      axis = `${axis.padEnd(at, '─')}${time.toISOString().slice(5, 10)}`
    }
  })
  return axis.padEnd(Math.ceil(points.length / perBar), '─')
}

function average(points: readonly ChartPoint[]): number | null {
  const values = points.flatMap(({ value }) => (value === null || !Number.isFinite(value) ? [] : [value]))
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
