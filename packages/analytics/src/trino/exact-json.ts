/**
 * JSON.parse that keeps all digits: integers beyond ±(2^53 − 1), which a number cannot hold exactly, become text. `holdsLong` may tell
 * sooner than a look at all values whether the parsed text holds such a number. Throws a SyntaxError for invalid JSON.
 */
export function parseExactJson(text: string, holdsLong = holdsLongNumber): unknown {
  const value: unknown = JSON.parse(text)
  // Most pages have no such integer, and checking the parsed values is faster than scanning the text.
  return holdsLong(value) ? JSON.parse(quoteLongIntegers(text)) : value
}

/** Whether a value is or contains a number beyond ±(2^53 − 1). */
export function holdsLongNumber(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER
  if (Array.isArray(value)) return value.some(holdsLongNumber)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsLongNumber)
}

// An integer follows a bracket, comma or colon; the digits of a fraction or exponent do not.
const longIntegers = /([[,:]\s*)(-?\d{16,})(?=\s*[,\]}])/g

/** Puts quotation marks around integers that are not safe, except inside texts. */
function quoteLongIntegers(json: string): string {
  let quoted = ''
  let copied = 0
  for (let from = 0; from < json.length;) {
    const mark = json.indexOf('"', from)
    const start = mark === -1 ? json.length : mark
    if (start - from > 16) {
      quoted +=
        json.slice(copied, from) +
        json
          .slice(from, start)
          .replace(longIntegers, (all, before: string, digits: string) =>
            Number.isSafeInteger(Number(digits)) ? all : `${before}"${digits}"`,
          )
      copied = start
    }
    from = endOfText(json, start)
  }
  return quoted + json.slice(copied)
}

/** The end of a text that starts at a quotation mark: after the next quotation mark that backslashes do not escape. */
function endOfText(json: string, start: number): number {
  for (let mark = json.indexOf('"', start + 1); mark !== -1; mark = json.indexOf('"', mark + 1)) {
    let backslashes = 0
    while (json[mark - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return mark + 1
  }
  return json.length
}
