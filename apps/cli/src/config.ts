import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineLake, defineTable, isNumeric, pumpLake, type Table } from '@minilake/schema'
import { z } from 'zod'
import { UsageError } from './usage-error.js'

/** What a config file may say. */
export interface Config {
  /** The lake's tables: those that minilake ships with, then the file's own. */
  tables: readonly Table[]
}

const names = ['ts', 'js', 'mjs', 'json'].map((ending) => `minilake.config.${ending}`)

const columnShape = z.strictObject({
  type: z.enum(Object.keys(isNumeric)),
  comment: z.string().optional(),
  nullable: z.boolean().optional(),
  highLimit: z.number().optional(),
})

const lakeShape = z.strictObject({
  tables: z.array(
    z.strictObject({
      name: z.string(),
      comment: z.string().optional(),
      columns: z.record(z.string(), columnShape),
      partitions: z.record(z.string(), z.strictObject({ from: z.string(), by: z.literal('day') })).optional(),
      sortedBy: z.array(z.string()).optional(),
    }),
  ),
})

/**
 * Reads the config file: the one named, else a `minilake.config.*` in the folder, else none. TypeScript is understood on
 * every Node, and `@minilake/schema` is found even where the file lies outside any project.
 */
export async function loadConfig(file: string | undefined, folder: string): Promise<Config> {
  const path =
    file === undefined ? names.map((name) => resolve(folder, name)).find(existsSync) : resolve(folder, file)
  if (path === undefined) return { tables: pumpLake.tables }
  if (!existsSync(path)) throw new UsageError(`--config expected a file, but there is none at ${path}`)
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, {
    alias: { '@minilake/schema': fileURLToPath(import.meta.resolve('@minilake/schema')) },
  })
  const loaded = await jiti.import(path, { default: true }).catch((cause: unknown) => {
    const [sentence] = String(cause instanceof Error ? cause.message : cause).split('\n')
    throw new UsageError(`the config ${path} cannot be loaded: ${sentence}`, { cause })
  })
  const parsed = lakeShape.safeParse(loaded)
  if (!parsed.success) {
    const found = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`,
    )
    throw new UsageError(
      `the config ${path} expected { tables: [...] }, as defineLake takes it; ${found.join('; ')}`,
    )
  }
  try {
    return defineLake({ tables: [...pumpLake.tables, ...(parsed.data.tables as Table[]).map(checkedTable)] })
  } catch (cause) {
    throw new UsageError(`the config ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** `defineTable` for a table whose literal types are not known. */
function checkedTable(table: Table): Table {
  return (defineTable as (table: Table) => Table)(table)
}
