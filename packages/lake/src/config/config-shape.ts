import {
  type Column,
  defineLake,
  defineTable,
  isNumeric,
  type Lake,
  type LakeProfile,
  pumpLake,
  type Table,
} from '@minilake/schema'
import { z } from 'zod'
import { settingNames, settings } from './settings.js'

const columnShape = z.strictObject({
  type: z.enum(Object.keys(isNumeric)),
  comment: z.string().optional(),
  nullable: z.boolean().optional(),
  highLimit: z.number().optional(),
  deadband: z.number().optional(),
  onDelaySeconds: z.number().optional(),
  offDelaySeconds: z.number().optional(),
} satisfies Record<keyof Column, z.ZodType>)

const tableShape = z
  .strictObject({
    name: z.string(),
    comment: z.string().optional(),
    columns: z.record(z.string(), columnShape),
    partitions: z.record(z.string(), z.strictObject({ from: z.string(), by: z.literal('day') })).optional(),
    sortedBy: z.array(z.string()).optional(),
  } satisfies Record<keyof Table, z.ZodType>)
  .superRefine((table, context) => {
    const complaint = complaintOf(() => defineAnyTable(table as Table))
    if (complaint !== undefined) context.addIssue(complaint)
  })

/** What a config file exports: what `defineLake` takes, its tables beside those that minilake ships with. */
export const configShape = z.strictObject({
  tables: z.array(tableShape).superRefine((tables, context) => {
    for (const [index, { name }] of tables.entries()) {
      const soFar = [...pumpLake.tables, ...(tables.slice(0, index + 1) as Table[])]
      const complaint = complaintOf(() => defineLake({ tables: soFar }))
      if (complaint === undefined) continue
      const shipped = pumpLake.tables.some((table) => table.name === name)
      const message = shipped ? `${complaint} (one of them comes with minilake)` : complaint
      context.addIssue({ code: 'custom', path: [index, 'name'], message })
      return
    }
  }),
  profile: settings.profile.text.optional(),
  out: settings.out.text.optional(),
  profiles: z.strictObject({ embedded: profileShape('embedded'), stack: profileShape('stack') }).optional(),
} satisfies Record<keyof Lake, z.ZodType>)

/** The settings of a profile by the names that they have within it. */
function profileShape(profile: LakeProfile) {
  const prefix = `profiles.${profile}.`
  const names = settingNames.filter((name) => name.startsWith(prefix))
  const shapes = names.map((name) => [name.slice(prefix.length), settings[name].text.optional()] as const)
  return z.strictObject(Object.fromEntries(shapes)).optional()
}

/** `defineTable` for a table whose literal types are not known. */
const defineAnyTable = defineTable as (table: Table) => Table

/** What a definition throws at what it is given, if anything. */
function complaintOf(define: () => unknown): string | undefined {
  try {
    define()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
