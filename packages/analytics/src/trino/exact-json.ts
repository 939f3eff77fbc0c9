/**
 * JSON.parse for the pages of a result, in which integers that a number does not hold exactly, those beyond ±(2^53 − 1),
 * become text. Throws a SyntaxError for what is not JSON.
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  // A look at the values takes less time than one at the text, and most pages hold no such integer.
  return holdsLongNumber(value) ? JSON.parse(quoteLongIntegers(text)) : value
}

function holdsLongNumber(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER
  if (Array.isArray(value)) return value.some(holdsLongNumber)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsLongNumber)
}

// An integer has a bracket, comma or colon before it: the digits of a fraction or an exponent have not.
const longIntegers = /([[,:]\s*)(-?\d{16,})(?=\s*[,\]}])/g

/** Puts quotation marks around integers that are not safe, wherever they are not inside a text. */
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

/** Where a text ends that starts at a quotation mark: after the next one without an odd number of backslashes before it. */
function endOfText(json: string, start: number): number {
  for (let mark = json.indexOf('"', start + 1); mark !== -1; mark = json.indexOf('"', mark + 1)) {
    let backslashes = 0
    while (json[mark - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return mark + 1
  }
  return json.length
}
