import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LakeDefinition, pumpLake, type Table } from '@minilake/schema'
import { UsageError } from '../usage-error.js'
import { checkLakeDefinition } from './check-lake-definition.js'

/** The name of a config file without its ending. */
export const configName = 'minilake.config'

/** The tables of a lake, and the config file that defines them. */
export interface Config {
  /** Absent when there is no config file. */
  readonly file?: ConfigFile
  /** The file's tables; `pump` and `pump_daily` when it names none. */
  readonly tables: readonly Table[]
}

/** A config file that was read. */
export interface ConfigFile {
  readonly path: string
  /** What named it: the option or `MINILAKE_CONFIG`, else `found in this folder`. */
  readonly origin: string
  /** Its content, checked. */
  readonly lake: LakeDefinition
}

/** Where to look for a config file. */
export interface ConfigPlaces {
  /** The file that an option names. */
  file?: string | undefined
  /** What the option is called in errors. Default 'config'. */
  optionName?: string
  /** The environment variables; `MINILAKE_CONFIG` may name a file. */
  variables: Readonly<Record<string, string | undefined>>
  /** Relative names start here; without a name, `minilake.config.*` is looked for here. */
  folder: string
}

/** Reads the config file, if there is one. Throws a UsageError that names the file and the part that is wrong. */
export async function loadConfig(places: ConfigPlaces): Promise<Config> {
  const found = findConfig(places)
  if (found === undefined) return { tables: pumpLake.tables }
  const lake = checkLakeDefinition(`the config ${found.path}`, await defaultExportOf(found.path))
  return { file: { ...found, lake }, tables: lake.tables ?? pumpLake.tables }
}

function findConfig({
  file,
  optionName = 'config',
  variables,
  folder,
}: ConfigPlaces): Omit<ConfigFile, 'lake'> | undefined {
  const named =
    file === undefined
      ? { name: variables.MINILAKE_CONFIG, origin: 'MINILAKE_CONFIG' }
      : { name: file, origin: optionName }
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
    // Node's "Require stack" names only files that the user does not know.
    const [sentence] = String(cause instanceof Error ? cause.message : cause).split('\nRequire stack')
    throw new UsageError(`the config ${path} cannot be loaded: ${sentence}`, { cause })
  })
  if ('default' in exports) return exports.default
  throw new UsageError(
    `the config ${path} expected export default defineLake({ tables: [...] }), got no default export`,
  )
}

/** The exports of a module, which may be TypeScript on every Node; the content of a JSON file as a default export. */
async function load(path: string): Promise<object> {
  if (path.endsWith('.json')) return { default: JSON.parse(await readFile(path, 'utf8')) as unknown }
  const { createJiti } = await import('jiti')
  // Always what the file says now: jiti's cache on the disk is a folder that others can predict and write to.
  const fresh = { moduleCache: false, fsCache: false }
  return createJiti(import.meta.url, { alias: schemaAlias(path), ...fresh }).import<object>(path)
}

/** Maps `@minilake/schema` to our own copy when the config file has none installed. */
function schemaAlias(path: string): Record<string, string> {
  try {
    createRequire(path).resolve('@minilake/schema')
    return {}
  } catch {
    return { '@minilake/schema': fileURLToPath(import.meta.resolve('@minilake/schema')) }
  }
}
