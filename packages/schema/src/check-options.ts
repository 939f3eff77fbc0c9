/** Throws a TypeError unless `given` is an object with known options only. */
export function checkOptions(subject: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(
      `${subject} expected an object with the options ${known.join(', ')}, got ${String(given)}`,
    )
  }
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new TypeError(`${subject} expected only the options ${known.join(', ')}, got ${unknown.join(', ')}`)
  }
}
