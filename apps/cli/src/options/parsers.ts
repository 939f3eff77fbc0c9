import { findUtcDay, millisPerDay } from '@minilake/schema'
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'

/** A commander argument parser from a zod schema, whose messages the user reads. */
export function parsedBy<T>(schema: z.ZodType<T, string>): (text: string) => T {
  return (text) => {
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data
    throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join('; '))
  }
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const expected = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return z
    .string()
    .regex(/^-?\d+$/, `Expected a whole number ${expected}.`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `Expected a whole number ${expected}.`)
}

/** A first and a last year. */
export const yearRange = z
  .string()
  .regex(/^\d{1,4}-\d{1,4}$/, 'Expected a first and a last year, such as 1990-2100.')
  .transform((text): [first: number, last: number] => {
    const [first = NaN, last = NaN] = text.split('-').map(Number)
    return [first, last]
  })

/** Any finite number. */
export const finiteNumber = z
  .string()
  .regex(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, 'Expected a number, such as 150 or 149.5.')
  .transform(Number)
  .refine((value) => Number.isFinite(value), 'Expected a finite number.')

/** A day or a moment, with the text that gave it. */
export interface TimeText {
  text: string
  /** Start of the day, or the moment, in milliseconds since 1970. */
  millis: number
  isDay: boolean
  /** Whether the text leaves the offset from UTC open; then the moment is that of UTC. */
  isLocal: boolean
}

/** A day, or a day with a time of day: UTC, or with an offset of its own. */
export const timeText = z.string().transform((text, context): TimeText => {
  const day = findUtcDay(text)
  if (day !== undefined) return { text, millis: day * millisPerDay, isDay: true, isLocal: true }
  const [, date = '', time = '', offset] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  const millis = findUtcDay(date) === undefined ? NaN : Date.parse(`${date}T${time}${offset ?? 'Z'}`)
  if (!Number.isNaN(millis)) return { text, millis, isDay: false, isLocal: offset === undefined }
  context.addIssue({
    code: 'custom',
    message:
      'Expected a day such as 2026-01-31, or a time such as 2026-01-31T06:00 (UTC) or 2026-01-31T06:00+02:00.',
  })
  return z.NEVER
})

const secondsPerUnit = { ms: 0.001, s: 1, m: 60, h: 3600 } as const

/** A length of time with its unit, in seconds. */
export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'Expected a positive duration with its unit: 500ms, 1s, 5m or 1h.')
  .transform((text) => {
    const [, amount = '', unit = 's'] = /^([\d.]+)(\w+)$/.exec(text) ?? []
    return Math.round(Number(amount) * secondsPerUnit[unit as keyof typeof secondsPerUnit] * 1e6) / 1e6
  })
  .refine((seconds) => seconds > 0, 'Expected a duration above zero.')

/** A length of time, or 0, in seconds. */
export const delay = z.union([z.literal('0').transform(() => 0), duration], {
  error: 'Expected 0, or a duration with its unit: 500ms, 15s, 5m or 1h.',
})

/** A number of readings, or a length of time. */
export const stuckLimit = z.union(
  [
    z
      .string()
      .regex(/^[1-9]\d{0,8}$/)
      .transform((text) => ({ readings: Number(text) })),
    duration.transform((seconds) => ({ seconds })),
  ],
  { error: 'Expected a number of readings such as 5, or a duration with its unit such as 60s.' },
)

/** The least and the greatest right value by column: `pressure=0:400,speed=0:3000`. */
export const ranges = z.string().transform((text, context): Record<string, [number, number]> => {
  const parts = text.split(',').map((part) => /^\s*([^=\s]+)\s*=\s*([^:\s]+):([^:\s]+)\s*$/.exec(part))
  const numbers = parts.flatMap(
    (part) => part?.slice(2).map((number) => finiteNumber.safeParse(number)) ?? [],
  )
  if (parts.every((part) => part !== null) && numbers.every(({ success }) => success))
    return Object.fromEntries(
      parts.map(([, name = '', least, greatest]) => [name, [Number(least), Number(greatest)]]),
    )
  context.addIssue({
    code: 'custom',
    message: 'Expected a least and a greatest number by column, such as pressure=0:400,speed=0:3000.',
  })
  return z.NEVER
})

/** Limits by their names: `perDay=150,staleHours=12`. */
export const namedNumbers = z.string().transform((text, context): Record<string, number> => {
  const parts = text.split(',').map((part) => /^\s*(\w+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part))
  if (parts.every((part) => part !== null))
    return Object.fromEntries(parts.map(([, name = '', value]) => [name, Number(value)]))
  context.addIssue({
    code: 'custom',
    message: 'Expected names with numbers, such as perDay=150,staleHours=12.',
  })
  return z.NEVER
})

/** A length of time, or a number of days, in seconds. */
export const durationOrDays = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'Expected a positive duration with its unit: 30m, 24h or 7d.')
  .transform((text) => (text.endsWith('d') ? `${24 * Number(text.slice(0, -1))}h` : text))
  .pipe(duration)

/** What to compute of which columns: `pressure:avg,max; speed:avg`. */
export const selection = z.string().transform((text, context): Record<string, string[]> => {
  const parts = text.split(';').map((part) => /^\s*([^:,\s]+)\s*:\s*([^:]+?)\s*$/.exec(part))
  if (parts.every((part) => part !== null))
    return Object.fromEntries(parts.map(([, column = '', list = '']) => [column, list.split(/\s*,\s*/)]))
  context.addIssue({
    code: 'custom',
    message: "Expected columns and what to compute of them, such as 'pressure:avg,max,p95; speed:avg'.",
  })
  return z.NEVER
})

/** A number of days. */
export const dayCount = z
  .string()
  .regex(/^\d{1,6}d$/, 'Expected a number of days, such as 90d.')
  .transform((text) => Number(text.slice(0, -1)))

/** The ID of a snapshot. */
export const snapshotId = z
  .string()
  .regex(/^\d{1,19}$/, 'Expected the digits of an ID, as minilake snapshots lists them.')

/** Names separated by commas. */
export const nameList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names) => names.every((name) => name !== ''),
    'Expected names separated by commas, such as pressure,speed.',
  )

/** Adds `source=column` to the mappings given before. */
export function addMapping(
  text: string,
  previous: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.lastIndexOf('=') // a column's name has none, a source's may
  const [source, column] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 0 || column === '') {
    throw new InvalidArgumentError(
      'Expected a name in the file and one of the table, such as ts=event_timestamp.',
    )
  }
  if (Object.hasOwn(previous, source) && previous[source] !== column) {
    throw new InvalidArgumentError(
      `Expected one column for ${source}, got ${previous[source]} and ${column}.`,
    )
  }
  return { ...previous, [source]: column }
}

/** Adds a text to those given before. */
export function addText(text: string, previous: readonly string[] = []): string[] {
  return [...previous, text]
}

/** Adds `partition:from-to` to the lost ranges of positions given before. */
export function addLoss(
  text: string,
  previous: readonly { partition: number; from: bigint; to: bigint }[] = [],
) {
  const [, partition = '', from = '', to = ''] = /^(\d{1,9}):(\d{1,19})-(\d{1,19})$/.exec(text) ?? []
  if (partition === '')
    throw new InvalidArgumentError('Expected a partition and a range of positions, such as 0:1000-2000.')
  return [...previous, { partition: Number(partition), from: BigInt(from), to: BigInt(to) }]
}

/** A CSV delimiter; `tab` and `\t` are a tab. */
export const delimiter = z.string().transform((text) => (/^(tab|\\t)$/.test(text) ? '\t' : text))

/** A CSV quote character; the word `none` means no quotes. */
export const quote = z.string().transform((text) => (text === 'none' ? '' : text))
