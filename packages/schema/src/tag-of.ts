/**
 * The class of a built-in object: `Date`, `Float64Array`, `Uint8Array` also for a Buffer. Unlike `instanceof`, it knows objects of
 * another realm, such as a vm context or a sandbox of Jest.
 */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

/** Whether a value is a Date, of this realm or another. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || tagOf(value) === 'Date' // `instanceof` is the faster one
}
