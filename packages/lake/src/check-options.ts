import { describeValue } from '@minilake/schema'
import { suggestion } from './nearest-name.js'

/** Throws a TypeError when options are no object, or have a name that the method does not know. */
export function checkOptions(method: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${method} expected an object of options, got ${describeValue(options)}`)
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new TypeError(
      `${method} expected options of ${known.join(', ')}, got ${name}${suggestion(name, known)}`,
    )
  }
  const { signal } = options as { signal?: unknown }
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`${method} expected an AbortSignal as signal, got ${describeValue(signal)}`)
}
