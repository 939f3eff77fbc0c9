/** Throws a TypeError if a value is not an object, has an unknown key, or lacks a needed one. */
export function checkKeys<Key extends string>(
  subject: string,
  value: unknown,
  known: readonly Key[],
  needed: readonly Key[],
): asserts value is Readonly<Partial<Record<Key, unknown>>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${subject} expected an object with the ${listed(known)}, got ${shown(value)}`)
  const given = Object.keys(value)
  const unknown = given.filter((key) => !known.some((name) => name === key))
  if (unknown.length > 0)
    throw new TypeError(`${subject} expected only the ${listed(known)}, got ${unknown.join(', ')}`)
  const absent = needed.filter((key) => !given.includes(key))
  if (absent.length > 0)
    throw new TypeError(`${subject} expected the ${listed(needed)}, got no ${absent.join(', ')}`)
}

function listed(keys: readonly string[]): string {
  return `${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')}`
}

/** Formats a value for an error message. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(', ')}]`
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
