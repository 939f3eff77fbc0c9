import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Lake, pumpLake, type Table } from '@minilake/schema'
import { configShape } from './config-shape.js'
import { UsageError } from '../usage-error.js'

/** The name of a config file without its ending. */
export const configName = 'minilake.config'

/** What the CLI works on. */
export interface Config {
  /** The file that was read, if any was. */
  readonly file?: ConfigFile
  /** The lake's tables: those that minilake ships with, then the file's own. */
  readonly tables: readonly Table[]
}

/** A config file that was read. */
export interface ConfigFile {
  readonly path: string
  /** What named it: `--config` or `MINILAKE_CONFIG`; `found in this folder` where nothing did. */
  readonly origin: string
  /** What it says, checked. */
  readonly lake: Lake
}

/** What says which config file to read. */
export interface ConfigPlaces {
  /** The file that `--config` names. */
  flag?: string | undefined
  /** The environment variables; `MINILAKE_CONFIG` may name a file. */
  variables: Readonly<Record<string, string | undefined>>
  /** Where a `minilake.config.*` is looked for if nothing names a file, and from where names lead. */
  folder: string
}

/** Reads the config file, if there is one. Throws a UsageError that says which file and which part of it is wrong. */
export async function loadConfig(places: ConfigPlaces): Promise<Config> {
  const found = findConfig(places)
  if (found === undefined) return { tables: pumpLake.tables }
  const parsed = configShape.safeParse(await defaultExportOf(found.path))
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => {
      const where = path.join('.') || 'expected { tables: [...] }, as defineLake takes it; the whole'
      return `${where}: ${message.replace(/\.$/, '')}`
    })
    throw new UsageError(`the config ${found.path}: ${issues.join('; ')}`)
  }
  const lake = parsed.data as Lake
  return { file: { ...found, lake }, tables: [...pumpLake.tables, ...lake.tables] }
}

function findConfig({ flag, variables, folder }: ConfigPlaces): Omit<ConfigFile, 'lake'> | undefined {
  const named =
    flag === undefined
      ? { name: variables.MINILAKE_CONFIG, origin: 'MINILAKE_CONFIG' }
      : { name: flag, origin: '--config' }
  if (named.name) {
    const path = resolve(folder, named.name)
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return { path, origin: named.origin }
    throw new UsageError(`${named.origin} expected a file, but there is none at ${path}`)
  }
  const path = ['ts', 'js', 'mjs', 'json']
    .map((ending) => resolve(folder, `${configName}.${ending}`))
    .find(existsSync)
  return path === undefined ? undefined : { path, origin: 'found in this folder' }
}

async function defaultExportOf(path: string): Promise<unknown> {
  const exports = await load(path).catch((cause: unknown) => {
    // Node's "Require stack" names no file that the user does not know.
    const [sentence] = String(cause instanceof Error ? cause.message : cause).split('\nRequire stack')
    throw new UsageError(`the config ${path} cannot be loaded: ${sentence}`, { cause })
  })
  if ('default' in exports) return exports.default
  throw new UsageError(
    `the config ${path} expected export default defineLake({ tables: [...] }), got no default export`,
  )
}

/** A module's exports, TypeScript understood on every Node; what a JSON file holds as a default export. */
async function load(path: string): Promise<object> {
  if (path.endsWith('.json')) return { default: JSON.parse(await readFile(path, 'utf8')) as unknown }
  const { createJiti } = await import('jiti')
  return createJiti(import.meta.url, { alias: schemaAlias(path) }).import<object>(path)
}

/** Leads `@minilake/schema` to our own copy where a config file would find none. */
function schemaAlias(path: string): Record<string, string> {
  try {
    createRequire(path).resolve('@minilake/schema')
    return {}
  } catch {
    return { '@minilake/schema': fileURLToPath(import.meta.resolve('@minilake/schema')) }
  }
}
