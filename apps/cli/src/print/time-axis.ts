const [hour, day] = [3_600_000, 86_400_000]
const even = [60_000, 300_000, 900_000, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day]
const months = [1, 3, 6, 12, 60, 120]

/** A horizontal axis: the moment at which its first column begins, and how much time each column covers, in milliseconds. */
export interface TimeColumns {
  start: number
  columnMillis: number
  columns: number
}

/** Two lines of text under a chart: ticks where hours, days, months or years begin, and their names (UTC), as many as there is room for. */
export function timeAxis({ start, columnMillis, columns }: TimeColumns, isAscii = false): [string, string] {
  const [line, tick] = isAscii ? ['-', '+'] : ['─', '┬']
  const end = start + columns * columnMillis
  const marks = tickTimes(start, end, columnMillis)
  const ticks = new Array<string>(columns).fill(line)
  let names = ''
  for (const time of marks) {
    const column = Math.round((time - start) / columnMillis)
    if (column >= columns) continue
    ticks[column] = tick
    const name = nameOf(time, marks)
    // There is always a name: one that does not fit to the right of its tick ends with the axis.
    if (names === '') names = ' '.repeat(Math.max(Math.min(column, columns - name.length), 0)) + name
    else if (column > names.length && column + name.length <= columns) names = names.padEnd(column) + name
  }
  return [ticks.join(''), names]
}

/** Round moments between two others, far enough apart for their names. */
function tickTimes(start: number, end: number, columnMillis: number): number[] {
  const room = (name: string) => (name.length + 2) * columnMillis
  const step = even.find((millis) => millis >= room(millis < day ? '01-01 00:00' : '01-01'))
  if (step !== undefined) {
    const first = Math.ceil(start / step) * step
    const times = Array.from({ length: Math.ceil((end - first) / step) }, (_, each) => first + each * step)
    return times.length > 0 ? times : [start]
  }
  const stepMonths = months.find((each) => each * 28 * day >= room('2026-01')) ?? 1200
  const from = new Date(start)
  const times: number[] = []
  let month = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / stepMonths) * stepMonths
  for (;;) {
    const time = new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1)
    if (time >= end) break
    if (time >= start) times.push(time)
    month += stepMonths
  }
  return times.length > 0 ? times : [start]
}

function nameOf(time: number, [first = time, second = first + day]: readonly number[]): string {
  const text = new Date(time).toISOString()
  const apart = second - first
  // The first name says the year.
  const from = time === first ? 0 : 5
  if (apart >= 28 * day) return text.slice(0, 7)
  if (apart >= day) return text.slice(from, 10)
  return time === first || time % day === 0
    ? `${text.slice(from, 10)} ${text.slice(11, 16)}`
    : text.slice(11, 16)
}
