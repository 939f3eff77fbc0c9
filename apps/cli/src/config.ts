import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineLake, defineTable, pumpLake, type Table } from '@minilake/schema'
import { z } from 'zod'
import { UsageError } from './usage-error.js'

/** What a config file may say. */
export interface Config {
  /** The lake's tables: those that minilake ships with, then the file's own. */
  tables: readonly Table[]
}

const names = ['ts', 'js', 'mjs', 'json'].map((ending) => `minilake.config.${ending}`)

const lakeShape = z.strictObject({
  tables: z.array(z.looseObject({ name: z.string(), columns: z.record(z.string(), z.looseObject({})) })),
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
    throw new UsageError(`the config ${path} cannot be loaded: ${(cause as Error).message}`, { cause })
  })
  const parsed = lakeShape.safeParse(loaded)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.join('.') || 'its default export'
    throw new UsageError(
      `the config ${path} expected export default defineLake({ tables: [...] }), but at ${where}: ${issue?.message}`,
    )
  }
  try {
    const own = (parsed.data.tables as unknown as Table[]).map(
      (table) => defineTable(table as never) as Table,
    )
    return defineLake({ tables: [...pumpLake.tables, ...own] })
  } catch (cause) {
    throw new UsageError(`the config ${path}: ${(cause as Error).message}`, { cause })
  }
}
