/** The key of a file in a folder, both by number: their order is that of the numbers. */
export function keyIn(folder, file) {
  const digits = (number, length) => String(number).padStart(length, '0')
  return `pump/day=${digits(folder, 4)}/${digits(file, 7)}.parquet`
}

/** What every file holds. */
export const content = Buffer.alloc(1024, 'minilake')
