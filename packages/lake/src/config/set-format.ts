import { readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import type { Table } from '@minilake/schema'
import type { ConfigFile } from './load-config.js'

/**
 * Sets `format: 'iceberg'` in a table's definition where the config file is JSON, at once or not at all. Resolves with what is left for the
 * user to do, in one sentence; undefined if nothing is.
 */
export async function setIcebergFormat(
  table: Table,
  file: Pick<ConfigFile, 'path'> | undefined,
): Promise<string | undefined> {
  if (table.format === 'iceberg') return undefined
  if (file === undefined)
    return `define table ${table.name} with format: 'iceberg' in a config file (minilake init writes one): until then, minilake refuses to use it as a Hive table`
  if (!file.path.endsWith('.json'))
    return `add format: 'iceberg' to the definition of table ${table.name} in ${file.path}: until then, minilake refuses to use it as a Hive table`
  const config = JSON.parse(await readFile(file.path, 'utf8')) as {
    tables?: { name: string; format?: string }[]
  }
  const entry = config.tables?.find(({ name }) => name === table.name)
  if (entry === undefined)
    return `define table ${table.name} with format: 'iceberg' in ${file.path}: until then, minilake refuses to use it as a Hive table`
  entry.format = 'iceberg'
  const path = await realpath(file.path) // a link stays one
  const temporary = `${path}.new`
  await writeFile(temporary, `${JSON.stringify(config, undefined, 2)}\n`, { mode: (await stat(path)).mode })
  await rename(temporary, path)
  return undefined
}
