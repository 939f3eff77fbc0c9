import { isDate } from './tag-of.js'

/** A value as error messages show it: short, and with texts in quotes so that they differ from numbers. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'bigint':
      return `${value}n`
    case 'function':
      return 'a function'
    case 'object':
      return value === null ? 'null' : describeObject(value)
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}

// JSON's escapes make a line break or a NUL visible.
function quoted(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return `'${JSON.stringify(shown).slice(1, -1).replaceAll('\\"', '"')}'`
}

function describeObject(value: object): string {
  if (isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
  if (Array.isArray(value)) return 'an array'
  const name = typeof value.constructor === 'function' ? value.constructor.name : ''
  return name === 'Object' || name === '' ? 'an object' : name
}
