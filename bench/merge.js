import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeLake } from './merge/readings-lake.js'

/**
 * 1,000 corrected readings merged into a table that holds a day of them, and into one that holds `--rows`: what a merge costs is reading
 * and rewriting the whole partition.
 */
export async function prepare({ folder, rows }) {
  const output = join(folder, 'merged')
  const contenders = []
  for (const [input, count] of Object.entries({ 'a day': 86_400, 'all rows': rows })) {
    const lake = join(folder, `lake-${count}`)
    await writeLake(lake, count)
    contenders.push({
      name: 'minilake, mode merge',
      input,
      ours: true,
      rows: count,
      output,
      timed: true,
      args: [fileURLToPath(new URL('./merge/merge-rows.js', import.meta.url)), lake, String(count), output],
    })
  }
  return { contenders }
}
