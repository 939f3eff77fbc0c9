import {
  type AlarmDefinition,
  alarmSeverities,
  type Column,
  defineLake,
  defineTable,
  isNumeric,
  type LakeDefinition,
  type LakeProfile,
  type Table,
  tableFormats,
  type TableSource,
} from '@minilake/schema'
import { z } from 'zod'
import { UsageError } from '../usage-error.js'
import { maskCredentials } from './mask-credentials.js'
import { type Setting, type SettingName, settingNames, settings } from './settings.js'

const alarmShape = z.strictObject({
  name: z.string().optional(),
  severity: z.enum(alarmSeverities).optional(),
  above: z.number().optional(),
  below: z.number().optional(),
  deadband: z.number().optional(),
  onDelaySeconds: z.number().optional(),
  offDelaySeconds: z.number().optional(),
} satisfies Record<keyof AlarmDefinition, z.ZodType>)

const columnShape = z.strictObject({
  type: z.enum(Object.keys(isNumeric)),
  comment: z.string().optional(),
  nullable: z.boolean().optional(),
  highLimit: z.number().optional(),
  deadband: z.number().optional(),
  onDelaySeconds: z.number().optional(),
  offDelaySeconds: z.number().optional(),
  alarms: z.array(alarmShape).optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
} satisfies Record<keyof Column, z.ZodType>)

const sourceShape = z.strictObject({
  map: z.record(z.string(), z.string()).optional(),
  ignoreExtra: z.boolean().optional(),
  timeFormat: z.string().optional(),
  zone: z.string().optional(),
  years: z.tuple([z.number(), z.number()]).optional(),
  strictTime: z.boolean().optional(),
  format: z.enum(['csv', 'ndjson', 'parquet']).optional(),
  encoding: z.string().optional(),
  delimiter: z.string().optional(),
  quote: z.string().optional(),
  noHeader: z.boolean().optional(),
  skipLines: z.number().optional(),
  skipAfterHeader: z.number().optional(),
  comment: z.string().optional(),
  nullText: z.union([z.string(), z.array(z.string())]).optional(),
  decimal: z.string().optional(),
  thousands: z.string().optional(),
} satisfies Record<keyof TableSource, z.ZodType>)

const tableShape = z
  .strictObject({
    name: z.string(),
    comment: z.string().optional(),
    columns: z.record(z.string(), columnShape),
    partitions: z.record(z.string(), z.strictObject({ from: z.string(), by: z.literal('day') })).optional(),
    sortedBy: z.array(z.string()).optional(),
    key: z.array(z.string()).optional(),
    retention: z.string().optional(),
    intervalSeconds: z.number().optional(),
    format: z.enum(tableFormats).optional(),
    source: sourceShape.optional(),
  } satisfies Record<keyof Table, z.ZodType>)
  .superRefine((table, context) => {
    const complaint = complaintOf(() => defineAnyTable(table as unknown as Table))
    if (complaint !== undefined) context.addIssue(complaint)
  })

/** What `defineLake` accepts. */
const lakeShape = z.strictObject({
  tables: z
    .array(tableShape)
    .superRefine((tables, context) => {
      for (const index of tables.keys()) {
        const complaint = complaintOf(() =>
          defineLake({ tables: tables.slice(0, index + 1) as unknown as Table[] }),
        )
        if (complaint === undefined) continue
        context.addIssue({ code: 'custom', path: [index, 'name'], message: complaint })
        return
      }
    })
    .optional(),
  profile: settings.profile.text.optional(),
  out: settings.out.text.optional(),
  profiles: z.strictObject({ embedded: profileShape('embedded'), stack: profileShape('stack') }).optional(),
} satisfies Record<keyof LakeDefinition, z.ZodType>)

/** The definition of a lake, checked. Throws a UsageError that begins with `subject` and names every wrong part. */
export function checkLakeDefinition(subject: string, given: unknown): LakeDefinition {
  const parsed = lakeShape.safeParse(given)
  if (parsed.success) return parsed.data as unknown as LakeDefinition
  const issues = parsed.error.issues.map(({ path, message }) => {
    const where = path.join('.') || 'expected { tables: [...] }, as defineLake takes it; the whole'
    return `${where}: ${message.replace(/\.$/, '')}${message.includes('received') ? '' : gotText(given, path)}`
  })
  throw new UsageError(`${subject}: ${issues.join('; ')}`)
}

/** What stands at the path of a setting, as the end of a sentence; empty for secrets, and where it is neither text nor number. */
function gotText(given: unknown, path: readonly PropertyKey[]): string {
  const name = path.join('.')
  const setting: Setting | undefined = settingNames.some((known) => known === name)
    ? settings[name as SettingName]
    : undefined
  if (setting === undefined || setting.isSecret) return ''
  let value = given
  for (const key of path) value = (value as Record<PropertyKey, unknown>)[key]
  if (typeof value === 'number') return `, got ${value}`
  return typeof value === 'string' ? `, got '${maskCredentials(value)}'` : ''
}

/** The settings of a profile, by their names within it. */
function profileShape(profile: LakeProfile) {
  const prefix = `profiles.${profile}.`
  const names = settingNames.filter((name) => name.startsWith(prefix))
  const shapes = names.map((name) => [name.slice(prefix.length), settings[name].text.optional()] as const)
  return z.strictObject(Object.fromEntries(shapes)).optional()
}

/** `defineTable` for a table whose literal types are not known. */
const defineAnyTable = defineTable as (table: Table) => Table

/** The message of the error that a definition throws; undefined when it throws none. */
function complaintOf(define: () => unknown): string | undefined {
  try {
    define()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
