/**
 * A time in whole milliseconds since 1970 and the decimal digits that follow them. It is a plain Date unless there are such digits;
 * else a Date whose `toISOString()`, and so its JSON, has all of them: `2026-01-01T00:00:00.123456Z`.
 */
export function preciseDate(millis: number, finerDigits: string): Date {
  const digits = finerDigits.replace(/0+$/, '')
  return digits === '' ? new Date(millis) : new PreciseDate(millis, digits)
}

class PreciseDate extends Date {
  readonly #millis: number
  readonly #digits: string

  constructor(millis: number, digits: string) {
    super(millis)
    this.#millis = millis
    this.#digits = digits
  }

  override toISOString(): string {
    const text = super.toISOString()
    return this.getTime() === this.#millis ? `${text.slice(0, -1)}${this.#digits}Z` : text // it may have been set
  }
}
