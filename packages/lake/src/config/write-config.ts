import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeSystemError } from '@minilake/ingest'
import { configText, type TableText } from './config-template.js'
import { configName } from './load-config.js'

/**
 * Writes a commented `minilake.config.ts` with a table, by default a sample, to a folder; resolves with the file's name. Rejects with an
 * Error when the folder has a config: no file is ever overwritten.
 */
export async function writeConfig(folder: string, table?: TableText): Promise<string> {
  const name = `${configName}.ts`
  const existing = (await readdir(folder)).find((file) => file.startsWith(`${configName}.`))
  if (existing !== undefined) throw new Error(refusal(existing))
  await writeFile(join(folder, name), configText(table), { flag: 'wx' }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EEXIST') throw new Error(refusal(name), { cause })
      throw new Error(`cannot write ${name}: ${describeSystemError(cause)}`, { cause })
    },
  )
  return name
}

function refusal(existing: string): string {
  return `${existing} exists, and init never overwrites a file: edit it, or move it away first`
}
