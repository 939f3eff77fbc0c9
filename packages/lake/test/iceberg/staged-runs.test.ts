import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { folderStore } from '@minilake/ingest'
import { expect, test } from 'vitest'
import { stagedRuns } from '../../src/iceberg/staged-runs.js'
import { freshFolder } from '../fresh-lake.js'

const id = (digit: string) => [8, 4, 4, 4, 12].map((length) => digit.repeat(length)).join('-')
const batch = `${'a'.repeat(16)}-${'b'.repeat(16)}-${'c'.repeat(16)}`

test('staged files are told apart by the age of the last one of their run, and strange files are no run', async () => {
  const folder = await freshFolder()
  const put = async (key: string, hoursAgo: number) => {
    const path = join(folder, key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'rows')
    const time = new Date(Date.now() - hoursAgo * 3_600_000)
    await utimes(path, time, time)
    return key
  }
  const other = `${'d'.repeat(16)}-${'e'.repeat(16)}`
  const young = [
    await put(`_staging/turbine/${id('1')}/${batch}.parquet`, 25),
    await put(`_staging/turbine/${id('1')}/${other}.parquet`, 23.9),
  ]
  const abandoned = [await put(`_staging/turbine/${id('2')}/${batch}.parquet`, 24.1)]
  const strange = [
    await put('_staging/notes.txt', 99),
    await put(`_staging/turbine/${id('2')}/notes.txt`, 99),
    await put(`_staging/turbine/${id('2')}/turbine.parquet`, 99),
    await put(`_staging/turbine/${id('2')}/more/${batch}.parquet`, 99),
    await put(`_staging/turbine/mine/${batch}.parquet`, 99),
  ]
  const found = await stagedRuns(folderStore({ folder }))
  const keysOf = (runs: typeof found.young) =>
    runs.map((run) => [run.table, run.id, ...run.files.map(({ key }) => key)])
  expect(keysOf(found.young)).toEqual([['turbine', id('1'), ...young]])
  expect(keysOf(found.abandoned)).toEqual([['turbine', id('2'), ...abandoned]])
  expect(found.strange.map(({ key }) => key).sort()).toEqual(strange.sort())
})
