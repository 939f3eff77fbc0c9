/** A vertical axis: rows of text with a value each, evenly spaced from `lowest` upwards, and labels for the round ones. */
export interface ValueScale {
  lowest: number
  highest: number
  /** How many rows; at least 3. */
  rows: number
  /** The row that is nearest to a value; 0 is the lowest. */
  rowOf: (value: number) => number
  /** Labels by row. */
  labels: ReadonlyMap<number, string>
}

/** The axis of about `height` rows, with round numbers as labels, that holds all of some finite values. */
export function valueScale(values: Iterable<number>, height: number): ValueScale {
  let [least, greatest] = [Infinity, -Infinity]
  for (const value of values) {
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  // Divided before they are subtracted: the difference of two doubles may be too large for one.
  const wanted = greatest / 5 - least / 5 || Math.abs(least) / 10 || 1
  const step = roundStep(Math.max(wanted, Math.abs(greatest) * 1e-14, Math.abs(least) * 1e-14, 1e-300))
  const isFlat = least === greatest
  const first = Math.floor(least / step + 1e-9) - (isFlat ? 1 : 0)
  const last = Math.max(Math.ceil(greatest / step - 1e-9) + (isFlat ? 1 : 0), first + 1)
  const intervals = last - first
  const rowsPerInterval = Math.max(Math.round((height - 1) / intervals), 1)
  const labels = new Map<number, string>()
  for (let each = 0; each <= intervals; each += 1)
    labels.set(each * rowsPerInterval, labelText(within((first + each) * step), step))
  const rows = intervals * rowsPerInterval + 1
  return {
    lowest: within(first * step),
    highest: within(last * step),
    rows,
    rowOf: (value) => Math.min(Math.max(Math.round((value / step - first) * rowsPerInterval), 0), rows - 1),
    labels,
  }
}

/** The least of 1, 2, 5, 10, 20, … and of their tenths, hundredths, … that is not below a number. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  return ([1, 2, 5].find((factor) => factor * power >= wanted * (1 - 1e-9)) ?? 10) * power
}

function labelText(value: number, step: number): string {
  const exponent = Math.floor(Math.log10(step))
  const isPlain = exponent > -6 && Math.abs(value) < 1e9
  return isPlain ? (value || 0).toFixed(Math.max(-exponent, 0)) : String(Number(value.toPrecision(6)))
}

/** The nearest double that is finite. */
const within = (value: number) => Math.max(Math.min(value, Number.MAX_VALUE), -Number.MAX_VALUE)
