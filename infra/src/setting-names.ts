import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { infraFolder } from './stack-config.js'

/** Settings of Trino that have another name from some version on (trino#29070). */
const renamed = [{ from: 480, before: 'fs.native-s3.enabled', now: 'fs.s3.enabled' }]

/**
 * The settings in our Trino configuration that a version of Trino does not know by their name, a sentence each; none for the version
 * of stack.env. A name that Trino does not know keeps it from starting.
 */
export async function misnamedSettings(trinoVersion: string): Promise<string[]> {
  const folder = join(infraFolder, 'trino', 'catalog')
  const found: string[] = []
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8')
    for (const { from, before, now } of renamed) {
      if (Number.parseInt(trinoVersion) < from || !text.includes(`\n${before}=`)) continue
      found.push(`Trino ${trinoVersion} calls ${before} ${now}: rename it in ${join(folder, file)}`)
    }
  }
  return found
}
