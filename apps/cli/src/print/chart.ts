import { type Bin, binsOf, type ChartSeries, columnsOf, isValue } from './chart-bins.js'
import { timeAxis } from './time-axis.js'
import { type ValueScale, valueScale } from './value-scale.js'

/** How to draw. */
export interface ChartOptions {
  /** Columns of text, at most. Default: 80. */
  width?: number
  /** Rows of the picture, about. Default: 11. */
  height?: number
  /** The length of a window, in milliseconds. Default: an hour. */
  stepMillis?: number
  /** The name of such a length. Default: 'hour'. */
  stepName?: string
  /** Values to draw a line at, such as an alarm limit. */
  limits?: readonly { name: string; value: number }[]
  /** Draws with ASCII characters alone. */
  isAscii?: boolean
}

const unicode = {
  line: '─',
  rise: '╭╯',
  fall: '╰╮',
  up: '│',
  band: '░',
  limit: '╌',
  axis: '┤',
  corner: '└',
  marks: '●○▲△■□',
}
const ascii = {
  line: '-',
  rise: '//',
  fall: '\\\\',
  up: '|',
  band: ':',
  limit: '=',
  axis: '|',
  corner: '+',
  marks: '*o+x#%',
}

/**
 * A line chart of series as lines of text. Every column covers the same time, so that a time without values is a gap as long as it is;
 * a column that covers several windows shows the mean of their values. One series is a line, shaded from its least to its greatest value; several are
 * marks. The lines below the title say what a column covers, what is shaded and where limits are. Empty without values.
 */
export function chartText(title: string, series: readonly ChartSeries[], options: ChartOptions = {}): string {
  const {
    width = 80,
    height = 11,
    stepMillis = 3_600_000,
    stepName = 'hour',
    limits = [],
    isAscii = false,
  } = options
  const glyphs = isAscii ? ascii : unicode
  const drawn = series
    .map(({ name, points }) => ({ name, points: points.filter((point) => isValue(point.value)) }))
    .filter(({ points }) => points.length > 0)
    .slice(0, glyphs.marks.length)
  if (drawn.length === 0) return ''
  const scale = scaleOf(drawn, limits, height)
  const margin = Math.max(...[...scale.labels.values()].map((label) => label.length))
  const axis = columnsOf(drawn, stepMillis, Math.max(width - margin - 2, 10))
  const bins = drawn.map(({ points }) => binsOf(points, axis, stepMillis))
  const grid = Array.from({ length: scale.rows }, () => new Array<string>(axis.columns).fill(' '))

  const isBand = drawn.length === 1 && drawBand(bins[0] ?? [], scale, grid, glyphs.band)
  const constant = isBand ? undefined : constantOf(drawn)
  const isOfReadings = drawn[0]?.points.some(({ min }) => isValue(min))
  const isInside = ({ value }: { value: number }) => value >= scale.lowest && value <= scale.highest
  const inside = limits.filter(isInside)
  const outside = limits.filter((limit) => !isInside(limit))
  for (const { value } of inside) {
    const row = grid[scale.rowOf(value)] ?? []
    row.forEach(
      (cell, column) => column % 2 === 0 && [' ', glyphs.band].includes(cell) && (row[column] = glyphs.limit),
    )
  }
  if (drawn.length === 1) drawLine(bins[0] ?? [], scale, grid, glyphs)
  const hidden =
    drawn.length === 1
      ? []
      : bins.filter((each, index) => drawMarks(each, scale, grid, { marks: glyphs.marks, index }))

  const windows = Math.round(axis.columnMillis / stepMillis)
  const plural = (count: number) => `${count} ${stepName}${count === 1 ? '' : 's'}`
  const said = [
    axis.columnMillis >= stepMillis
      ? `each column: ${plural(windows)}${windows > 1 ? ' (mean)' : ''}`
      : `${Math.round(stepMillis / axis.columnMillis)} columns: ${plural(1)}`,
    ...(constant === undefined ? [] : [`every value is ${constant}`]),
    ...(isBand
      ? [`${glyphs.band} from least to greatest ${isOfReadings ? 'reading' : 'value of these'}`]
      : []),
    ...(drawn.length > 1 ? drawn.map(({ name }, index) => `${glyphs.marks.charAt(index)} ${name}`) : []),
    ...(hidden.length > 0 ? ['where marks meet, the first is shown'] : []),
    ...(series.length > drawn.length
      ? [`the first ${drawn.length} of ${series.length} series that have values`]
      : []),
    ...inside.map(({ name, value }) => `${glyphs.limit} ${name} ${value}`),
    ...outside.map(
      ({ name, value }) => `${name} ${value} is ${value > scale.highest ? 'above' : 'below'} the chart`,
    ),
  ]
  const rows = grid.map((cells, row) => {
    const label = (scale.labels.get(row) ?? '').padStart(margin)
    return `${label} ${glyphs.axis}${cells.join('')}`.trimEnd()
  })
  const [ticks, names] = timeAxis(axis, isAscii)
  const below = [`${' '.repeat(margin)} ${glyphs.corner}${ticks}`, `${' '.repeat(margin + 2)}${names}`]
  return [...folded([title], width), ...folded(said, width), ...rows.reverse(), ...below]
    .map((line) => `${line}\n`)
    .join('')
}

/** The value of a chart whose values are all the same, to six digits: the axis need not name it. */
function constantOf(series: readonly ChartSeries[]): number | undefined {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value as number))
  const [first = NaN] = values
  return values.every((value) => value === first) ? Number(first.toPrecision(6)) : undefined
}

/** The axis that holds all values, and every limit that does not make the values' own range less than half of it. */
function scaleOf(
  series: readonly ChartSeries[],
  limits: readonly { value: number }[],
  height: number,
): ValueScale {
  let [least, greatest] = [Infinity, -Infinity]
  for (const { points } of series) {
    for (const { value, min, max } of points) {
      least = Math.min(least, value as number, isValue(min) ? min : Infinity)
      greatest = Math.max(greatest, value as number, isValue(max) ? max : -Infinity)
    }
  }
  const range = greatest - least || Math.abs(least)
  const near = limits.flatMap(({ value }) =>
    value >= least - range && value <= greatest + range ? [value] : [],
  )
  return valueScale([least, greatest, ...near], height)
}

/** Shades each column from its least to its greatest value; whether any cell was shaded. */
function drawBand(
  bins: readonly (Bin | undefined)[],
  { rowOf }: ValueScale,
  grid: string[][],
  glyph: string,
): boolean {
  let isShaded = false
  bins.forEach((bin, column) => {
    if (!bin || bin.min === bin.max) return
    isShaded = true
    for (let row = rowOf(bin.min); row <= rowOf(bin.max); row += 1) (grid[row] as string[])[column] = glyph
  })
  return isShaded
}

/** Draws a line through the means; it starts anew after a gap. */
function drawLine(
  bins: readonly (Bin | undefined)[],
  { rowOf }: ValueScale,
  grid: string[][],
  { line, rise, fall, up }: typeof unicode,
): void {
  const at = (bin: Bin) => rowOf(bin.mean)
  bins.forEach((bin, column) => {
    if (!bin) return
    const before = bins[column - 1]
    const [from, to] = [before ? at(before) : at(bin), at(bin)]
    const put = (row: number, glyph: string) => ((grid[row] as string[])[column] = glyph)
    for (let row = Math.min(from, to) + 1; row < Math.max(from, to); row += 1) put(row, up)
    if (from === to) put(to, line)
    else {
      const [end, begin] = to > from ? rise : fall
      put(to, end as string)
      put(from, begin as string)
    }
  })
}

/** Marks the mean of each column, where no series before it is; whether one was hidden by such a series. */
function drawMarks(
  bins: readonly (Bin | undefined)[],
  { rowOf }: ValueScale,
  grid: string[][],
  { marks, index }: { marks: string; index: number },
): boolean {
  let isHidden = false
  bins.forEach((bin, column) => {
    if (!bin) return
    const row = grid[rowOf(bin.mean)] as string[]
    if (marks.includes(row[column] as string)) isHidden = true
    else row[column] = marks.charAt(index)
  })
  return isHidden
}

/** Texts joined by semicolons, on lines of at most `width` columns; a longer text goes on in the next line. */
function folded(texts: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const text of texts) {
    text.split(' ').forEach((word, index) => {
      const last = lines.at(-1)
      const [between, wanted] = index === 0 ? ['; ', text.length] : [' ', word.length]
      if (last !== undefined && last.length + between.length + wanted <= width)
        lines[lines.length - 1] = `${last}${between}${word}`
      else lines.push(word)
    })
  }
  return lines
}
