/** A count with its noun: `1 file`, `7 files`, `604,800 rows`. */
export function count(number: number | bigint, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${Number(number) === 1 ? '' : 's'}`
}

/** A size in decimal units, the units of storage vendors: `6.8 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`
}

/** The first lines of a list, and a line that counts the rest. */
export function firstLines(lines: readonly string[], most = 10): string[] {
  if (lines.length <= most) return [...lines]
  return [...lines.slice(0, most), `… and ${(lines.length - most).toLocaleString('en-US')} more`]
}

export { suggestion } from './nearest-name.js'
