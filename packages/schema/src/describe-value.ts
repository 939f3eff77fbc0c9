/** A value as an error message shows it: short, and telling a text from a number. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'bigint':
      return `${value}n`
    case 'function':
      return 'a function'
    case 'object':
      if (value === null) return 'null'
      if (value instanceof Date)
        return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
      return describeObject(value)
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}

// JSON's escapes, so that a line break or a NUL is visible.
function quoted(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return `'${JSON.stringify(shown).slice(1, -1).replaceAll('\\"', '"')}'`
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return 'an array'
  const name = typeof value.constructor === 'function' ? value.constructor.name : ''
  return name === 'Object' || name === '' ? 'an object' : `an object of type ${name}`
}
