import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { folderStore, memoryStore } from '@minilake/ingest'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { LakeStore } from '../../src/lake-backend.js'
import { type Intent, intentBytes, intentKey } from '../../src/replace/intent.js'
import { holdIntent } from '../../src/replace/intent-lock.js'
import { untilLeft } from '../../src/replace/until-left.js'
import { freshFolder } from '../fresh-lake.js'

const folder = 'turbine/event_date=2026-01-05/'
const intentOf = (startedAt: Date): Intent => ({
  ...{ id: 'i', table: 'turbine', folder, add: [], remove: [] },
  startedAt: startedAt.toISOString(),
})
const { signal } = new AbortController()

/** Sets the clock of this machine an hour forward or back every 50 ms. The clock of the disk stays right. */
function skewClock(direction: 1 | -1): void {
  vi.useFakeTimers({ toFake: ['Date'] })
  const timer = setInterval(() => vi.setSystemTime(Date.now() + direction * 3_600_000), 50)
  onTestFinished(() => {
    clearInterval(timer)
    vi.useRealTimers()
  })
}

const stores = {
  'a folder': async (): Promise<LakeStore> => folderStore({ folder: await freshFolder() }),
  'a bucket that does not tell the time': (): Promise<LakeStore> => Promise.resolve(memoryStore()),
}

describe.each(Object.entries(stores))('in %s', (_, newStore) => {
  test.each([1, -1] as const)('a living owner is waited for, whatever the clock says (%d)', async (by) => {
    const store = await newStore()
    skewClock(by)
    const options = { resumeAfterSeconds: 1, signal }
    const held = await holdIntent(store, intentOf(new Date()), options)
    const left = untilLeft(store, folder, options)
    await wait(2500)
    await held?.release()
    expect(await left).toBeUndefined()
  })

  test.each([1, -1] as const)('a dead owner is waited for as long as was set (%d)', async (by) => {
    const store = await newStore()
    await store.write(intentKey(folder), [intentBytes(intentOf(new Date()))])
    skewClock(by)
    const start = performance.now()
    const waitedFor: string[] = []
    const onWait = (changing: string) => void waitedFor.push(changing)
    expect(await untilLeft(store, folder, { resumeAfterSeconds: 1, signal, onWait })).toMatchObject({
      number: 0,
    })
    expect(waitedFor).toEqual([folder])
    expect(performance.now() - start).toBeGreaterThan(950)
    expect(performance.now() - start).toBeLessThan(2500)
  })
})

test('an owner of whom the disk says that its last sign is old is watched for 3 seconds', async () => {
  const root = await freshFolder()
  const store = folderStore({ folder: root })
  await store.write(intentKey(folder), [intentBytes(intentOf(new Date()))]) // its time is not what counts
  const old = Date.now() / 1000 - 61
  await utimes(join(root, intentKey(folder)), old, old)
  const start = performance.now()
  expect(await untilLeft(store, folder, { resumeAfterSeconds: 60, signal })).toMatchObject({ number: 0 })
  expect(performance.now() - start).toBeGreaterThan(2900)
  expect(performance.now() - start).toBeLessThan(6000)
})
