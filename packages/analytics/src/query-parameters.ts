import {
  type Column,
  type ColumnType,
  type ColumnValues,
  describeValue,
  findUtcDay,
  type ValueOf,
} from '@minilake/schema'
import { sqlTokens } from './statement-text.js'

/** A parameter's value for an engine to bind. */
export type BoundParameter = {
  [T in ColumnType]: { readonly type: T; readonly value: ColumnValues[T] | null }
}[ColumnType]

/** The values of parameters by name: a Date for a timestamp, a bigint for a bigint; null where it is allowed. */
export type ParameterValues<P extends Readonly<Record<string, Column>>> = {
  readonly [N in keyof P]: ValueOf<P[N]>
}

/** Throws a TypeError unless SQL has the parameters, each as `$name`, and no others. */
export function checkParameterNames(sql: string, parameters: Readonly<Record<string, unknown>>): void {
  const found = new Set(parameterNames(sql))
  for (const name of found) {
    if (!Object.hasOwn(parameters, name))
      throw new TypeError(`query expected the type of $${name} among its parameters, got none`)
  }
  for (const name of Object.keys(parameters)) {
    if (!found.has(name))
      throw new TypeError(`query expected $${name} in its SQL, got a parameter without use`)
  }
}

/** Values for an engine to bind. Throws a TypeError or RangeError for one that is missing, unknown or of another type. */
export function boundParameters(
  parameters: Readonly<Record<string, Column>>,
  values: Readonly<Record<string, unknown>>,
): Record<string, BoundParameter> {
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(parameters, name))
      throw new TypeError(`query expected the parameters ${Object.keys(parameters).join(', ')}, got ${name}`)
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { type, nullable = false }]) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      const isFit = value === null ? nullable : checks[type].test(value)
      if (!isFit) {
        const got = value === undefined ? 'nothing' : describeValue(value)
        throw new TypeError(`parameter ${name} expected ${checks[type].expected}, got ${got}`)
      }
      return [name, { type, value } as BoundParameter]
    }),
  )
}

const isLong = (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value

const checks: Record<ColumnType, { expected: string; test: (value: unknown) => boolean }> = {
  timestamp: {
    expected: 'a Date of the years 0 to 9999',
    test: (value) =>
      value instanceof Date && /^\d{4}-/.test(isNaN(value.getTime()) ? '' : value.toISOString()),
  },
  date: {
    expected: "a day such as '2026-01-31'",
    test: (value) => typeof value === 'string' && findUtcDay(value) !== undefined,
  },
  double: { expected: 'a number', test: (value) => typeof value === 'number' },
  real: { expected: 'a number', test: (value) => typeof value === 'number' },
  bigint: { expected: 'a bigint of 64 bits', test: isLong },
  integer: {
    expected: 'a whole number of 32 bits',
    test: (value) => typeof value === 'number' && (value | 0) === value,
  },
  boolean: { expected: 'true or false', test: (value) => typeof value === 'boolean' },
  varchar: {
    expected: 'a text without NUL characters',
    test: (value) => typeof value === 'string' && !value.includes('\0'),
  },
}

/** SQL with a question mark for each parameter, which stands where `$name` stood and is as long; and the names in order. */
export function positionalSql(sql: string): { sql: string; names: string[] } {
  const names: string[] = []
  let text = ''
  for (const token of sqlTokens(sql)) {
    const name = parameterName(token)
    if (name !== undefined) names.push(name)
    text += name === undefined ? token : '?'.padEnd(token.length)
  }
  return { sql: text, names }
}

function parameterNames(sql: string): string[] {
  return [...sqlTokens(sql)].flatMap((token) => parameterName(token) ?? [])
}

function parameterName(token: string): string | undefined {
  return /^\$([A-Za-z_]\w*)$/.exec(token)?.[1]
}
