/** A time of day in UTC, such as '2026-01-31 12:00:00'. */
export function timeText(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ')
}

/** A length of time in its two largest units, such as '2 h 5 min'. */
export function durationText(millis: number): string {
  const seconds = Math.round(millis / 1000)
  const parts = (
    [
      [Math.floor(seconds / 86_400), 'd'],
      [Math.floor(seconds / 3600) % 24, 'h'],
      [Math.floor(seconds / 60) % 60, 'min'],
      [seconds % 60, 's'],
    ] as const
  ).filter(([amount]) => amount > 0)
  return parts.length === 0
    ? '0 s'
    : parts
        .slice(0, 2)
        .map(([amount, unit]) => `${amount} ${unit}`)
        .join(' ')
}

/** A reading with at most six significant digits. */
export function valueText(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(6)))
}

/** Bytes as people read them, such as '3.3 MB'. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  const amount = bytes / 1000 ** power
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`
}

/** A number of things, such as '1 row' or '604,800 rows'. */
export function countText(count: number | bigint, thing: string): string {
  return `${count.toLocaleString('en-US')} ${thing}${Number(count) === 1 ? '' : 's'}`
}
