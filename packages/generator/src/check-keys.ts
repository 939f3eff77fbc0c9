/** Throws a TypeError when a value is no object, has a key that is not known, or lacks one that is needed. */
export function checkKeys(
  subject: string,
  value: unknown,
  known: readonly string[],
  needed: readonly string[],
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${subject} expected an object of ${known.join(', ')}, got ${shown(value)}`)
  const given = Object.keys(value)
  const unknown = given.filter((key) => !known.includes(key))
  if (unknown.length > 0)
    throw new TypeError(`${subject} expected only ${known.join(', ')}, got ${unknown.join(', ')}`)
  const absent = needed.filter((key) => !given.includes(key))
  if (absent.length > 0)
    throw new TypeError(`${subject} expected ${needed.join(', ')}, got no ${absent.join(', ')}`)
}

/** A value as an error shows it. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(', ')}]`
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
