import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Lake } from '../../src/index.js'
import { replaceFiles } from '../../src/replace/replace-files.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'
import { type DataFile, dataFile } from './data-file.js'
import { readingLoop, tally } from './reading-loop.js'

const folder = 'turbine/event_date=2026-01-05/'
const options = { resumeAfterSeconds: 60, signal: new AbortController().signal }

/** Replaces the files of the day by these. */
async function replaceBy(
  { store }: Lake,
  { key, bytes, etag }: DataFile,
  old: readonly DataFile[],
): Promise<void> {
  const publish = async (at: string) => (await store.write(at, [bytes])).written
  const change = { add: [{ key, size: bytes.length, etag, publish }], remove: old.map((file) => file.key) }
  await replaceFiles({ table: 'turbine', folder }, () => Promise.resolve(change), { store }, options)
}

async function countRows(lake: Lake): Promise<number> {
  let rows = 0
  for await (const row of lake.query('SELECT count(*) AS n FROM hive.iot_dw.turbine')) rows = Number(row.n)
  return rows
}

test('a reader of a folder finds the old rows of a day, none of them, or the new ones, or fails', async () => {
  const { lake, folder: root } = await freshLake({ tables: [turbine] })
  const files = [
    await dataFile('2026-01-04', { rows: 5 }),
    await dataFile('2026-01-05', { rows: 10 }),
    await dataFile('2026-01-05', { rows: 20, power: 2 }),
  ]
  for (const { key, bytes } of files) await lake.store.write(key, [bytes])
  const [, ...old] = files
  const now = await dataFile('2026-01-05', { rows: 7 })
  const again = await dataFile('2026-01-05', { rows: 40 })

  const loops = [1, 2].map(() => readingLoop(() => countRows(lake)))
  // How long the folder is away, seen by looking all the time.
  const gaps: number[] = []
  let isDone = false
  const looking = (async () => {
    const path = join(root, 'lake', 'iot-time-series', folder)
    for (let goneSince: number | undefined; !isDone; await nextTurn()) {
      const isThere = existsSync(path)
      if (!isThere) goneSince ??= performance.now()
      else if (goneSince !== undefined) {
        gaps.push(performance.now() - goneSince)
        goneSince = undefined
      }
    }
  })()
  await replaceBy(lake, now, old)
  for (let round = 0; round < 4; round += 1) {
    await replaceBy(lake, again, [now])
    await replaceBy(lake, now, [again])
  }
  isDone = true
  await looking
  const readings = (await Promise.all(loops.map(({ stop }) => stop()))).flat()
  const names = { 35: 'before', 12: 'after', 45: 'again', 5: 'absent' }
  const counts = tally(readings, names)
  gaps.sort((a, b) => a - b)
  console.log(
    counts,
    `folder away: median ${gaps[gaps.length >> 1]?.toFixed(1)} ms, at most ${gaps.at(-1)?.toFixed(1)} ms`,
  )
  for (const { found } of readings)
    if (found instanceof Error)
      expect(found.message).toContain('removed or replaced while the query ran: run it again')
  expect(Object.keys(counts).filter((name) => ![...Object.values(names), 'failed'].includes(name))).toEqual(
    [],
  )
  expect(await countRows(lake)).toBe(12)
}, 60_000)
