import { expect, it } from 'vitest'
import { folderSync } from '../../src/folder/sync-folder.js'

it('shares a flush among the calls that wait for the same folder', async () => {
  const started: string[] = []
  const finish: (() => void)[] = []
  const sync = folderSync((path) => {
    started.push(path)
    return new Promise((resolve) => finish.push(resolve))
  })
  const first = sync('a')
  await Promise.resolve().then(() => new Promise(setImmediate))
  // This one has begun and may miss names given from now on.
  const later = [sync('a'), sync('a'), sync('b')]
  await new Promise(setImmediate)
  expect(started).toEqual(['a', 'b'])
  finish.forEach((end) => end())
  await first
  await new Promise(setImmediate)
  expect(started).toEqual(['a', 'b', 'a'])
  finish.forEach((end) => end())
  await Promise.all(later)
})

it('rejects every call that waited for a flush that failed, and none after it', async () => {
  let fails = true
  const sync = folderSync(() => (fails ? Promise.reject(new Error('disk full')) : Promise.resolve()))
  const calls = [sync('a'), sync('a')]
  for (const call of calls) await expect(call).rejects.toThrow('disk full')
  fails = false
  await sync('a')
})
