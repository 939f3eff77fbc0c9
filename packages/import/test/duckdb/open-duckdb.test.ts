import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { openDuckDb } from '../../src/duckdb/open-duckdb.js'
import { openReadings } from '../../src/index.js'
import { tempFolder } from '../read-files.js'
import { turbine } from '../turbine.js'

test('DuckDB has its own folder for temporary files, and the given memory and threads', async () => {
  const folder = await tempFolder()
  const db = await openDuckDb({ tempFolder: folder, memory: '256MiB', threads: 1 })
  expect(await readdir(folder)).toEqual([basename(db.folder)])
  const settings = ['temp_directory', 'memory_limit', 'threads', 'TimeZone']
  expect(await db.rows(`SELECT ${settings.map((name) => `current_setting('${name}')`).join(', ')}`)).toEqual([
    [db.folder, '256.0 MiB', 1n, 'UTC'],
  ])
  await db.close()
  expect(await readdir(folder)).toEqual([])
})

test('the folder of a process that is gone is removed when readings are opened', async () => {
  const folder = await tempFolder()
  const db = await openDuckDb({ tempFolder: folder })
  const owner = JSON.parse(await readFile(join(db.folder, 'minilake-owner.json'), 'utf8')) as object
  await db.close()
  const abandoned = join(folder, 'minilake-duckdb-1-abcdef')
  await mkdir(abandoned)
  // No system has so great a process id.
  await writeFile(join(abandoned, 'minilake-owner.json'), JSON.stringify({ ...owner, pid: 2 ** 22 + 1 }))
  await (await openReadings(turbine, [], { tempFolder: folder })).close()
  expect(await readdir(folder)).toEqual([])
})

test.each([
  [{ memory: '4' }, "memory expected an amount with its unit, such as '4GB', got '4'"],
  [{ threads: 0 }, 'threads expected a whole number of at least 1, got 0'],
])('%j is a RangeError', async (limits, message) => {
  await expect(openReadings(turbine, [], limits)).rejects.toThrow(new RangeError(message))
})

// No package may depend on another of its layer, so both have these files.
test.each(['private-duckdb.ts', 'private-folder.ts'])('%s is the same as in analytics', async (name) => {
  const [here, there] = await Promise.all(
    ['../..', '../../../analytics'].map((root) =>
      readFile(new URL(`${root}/src/duckdb/${name}`, import.meta.url), 'utf8'),
    ),
  )
  expect(here).toBe(there)
})
