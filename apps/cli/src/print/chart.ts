/** A value at a time; null when it is missing. */
export interface ChartPoint {
  time: Date
  value: number | null
}

const blocks = ' ▁▂▃▄▅▆▇█'

/**
 * A bar chart of an evenly spaced series as lines of text, at most `width` columns wide, from the least to the greatest value, with
 * the days below. Every bar covers the same time, so that a time without points is a gap. When there is no room for a bar per step,
 * a bar shows the highest value of several steps, and a line below the title says of how many. Empty for a series without values.
 */
export function chartText(
  title: string,
  points: readonly ChartPoint[],
  { width = 80, height = 6, stepMillis = 3_600_000, stepName = 'hour' } = {},
): string {
  const valued = points.flatMap(({ time, value }) =>
    value === null || !Number.isFinite(value) ? [] : [{ at: time.getTime(), value }],
  )
  const [first] = valued
  if (first === undefined) return ''
  const values = valued.map(({ value }) => value)
  const greatest = values.reduce((a, b) => Math.max(a, b))
  const least = values.reduce((a, b) => Math.min(a, b))
  const labels = [greatest, least].map((value) => String(Number(value.toPrecision(5))))
  const margin = Math.max(...labels.map((label) => label.length))

  const start = valued.reduce((least, { at }) => Math.min(least, at), first.at)
  const end = valued.reduce((most, { at }) => Math.max(most, at), first.at)
  const steps = Math.floor((end - start) / stepMillis) + 1
  const stepsPerBar = Math.ceil(steps / Math.max(width - margin - 3, 10))
  const barMillis = stepsPerBar * stepMillis
  const bars = new Array<number | null>(Math.ceil(steps / stepsPerBar)).fill(null)
  for (const { at, value } of valued) {
    const bar = Math.floor((at - start) / barMillis)
    bars[bar] = Math.max(bars[bar] ?? -Infinity, value)
  }

  // The lowest bar is one eighth high, to distinguish it from a gap.
  const eighths = bars.map((value) =>
    value === null ? 0 : 1 + Math.round(((value - least) / (greatest - least || 1)) * (height * 8 - 1)),
  )
  const lines = Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * 8
    const label = line === 0 ? labels[0] : line === height - 1 && least < greatest ? labels[1] : ''
    const text = eighths.map((high) => blocks[Math.min(Math.max(high - below, 0), 8)]).join('')
    return `${(label ?? '').padStart(margin)} ┤${text}`.trimEnd()
  })
  const heading =
    stepsPerBar === 1 ? [title] : [title, `(each bar: the highest of ${stepsPerBar} ${stepName}s)`]
  return [...heading, ...lines, `${' '.repeat(margin)} └${dayAxis(start, barMillis, bars.length)}`]
    .map((line) => `${line}\n`)
    .join('')
}

/** The dates (month and day) under the bars in which they begin, as far as there is room. */
function dayAxis(start: number, barMillis: number, bars: number): string {
  const dayOf = (bar: number) => new Date(start + bar * barMillis).toISOString().slice(5, 10)
  let axis = ''
  for (let bar = 0; bar < bars; bar++) {
    const isNew = bar === 0 || dayOf(bar) !== dayOf(bar - 1)
    if (isNew && (bar === 0 || bar > axis.length)) axis = `${axis.padEnd(bar, '─')}${dayOf(bar)}`
  }
  return axis.padEnd(bars, '─')
}
