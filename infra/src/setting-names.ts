import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { infraFolder } from './stack-config.js'

/** Trino settings that were renamed in version `from` (trino#29070). */
const renamed = [{ from: 480, oldName: 'fs.native-s3.enabled', newName: 'fs.s3.enabled' }]

/**
 * Finds settings in our Trino configuration that the given version of Trino has renamed, and returns a sentence for each. The list is
 * empty for the version in stack.env. Trino does not start with a setting that it does not know.
 */
export async function misnamedSettings(trinoVersion: string): Promise<string[]> {
  const folder = join(infraFolder, 'trino', 'catalog')
  const found: string[] = []
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8')
    for (const { from, oldName, newName } of renamed) {
      if (Number.parseInt(trinoVersion) < from || !text.includes(`\n${oldName}=`)) continue
      found.push(
        `Trino ${trinoVersion} expects ${newName} instead of ${oldName}: rename it in ${join(folder, file)}`,
      )
    }
  }
  return found
}
