import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { s3Store } from '@minilake/ingest/s3'
import { pump } from '@minilake/schema'
import { beforeEach, expect, inject, onTestFinished, test } from 'vitest'
import { openLake, type OpenLakeOptions } from '../../src/index.js'
import { maintainStore } from '../../src/open/maintain-store.js'
import type { S3Keys } from '../../src/open/s3-keys.js'
import { freshFolder } from '../fresh-lake.js'
import { emptyLake, stackOptions, storeOf } from '../running-stack.js'

const stack = inject('stack')
beforeEach(() => emptyLake(stack))

/** A lake on the stack with a day of simulated data, in `out` and in the bucket. */
async function lakeWithData(options: OpenLakeOptions) {
  const cwd = await freshFolder()
  const lake = await openLake({ ...stackOptions(stack), tables: [pump], cwd, ...options })
  onTestFinished(() => lake.close())
  const simulation = { from: '2026-01-01', days: 1, intervalSeconds: 600 }
  await lake.generate(pump, simulation, { workers: 1 })
  await lake.ingest()
  const keys = async () => {
    const found = (await readdir(join(cwd, 'out'), { recursive: true })).filter((name) => /\.\w+$/.test(name))
    for await (const { key } of storeOf(stack).list(''))
      if (!/^(iot_dw|_probe)\/|\.record$/.test(key)) found.push(key)
    return found.sort()
  }
  return { lake, keys }
}

const removal = 'nothing was removed: the S3 key'

test('without the right to remove, nothing is removed and one sentence names the key and how to set it', async () => {
  const { lake, keys } = await lakeWithData({})
  const before = await keys()
  expect(before).toHaveLength(4)
  await expect(lake.clean({ remove: true })).rejects.toThrow(
    `${removal} credentials lacks the right s3:DeleteObject below s3://iot-time-series/pump/: open the lake with maintainCredentials that have it`,
  )
  expect(await keys()).toEqual(before)
})

test('the keys of the local stack are told apart by the variable that holds them', async () => {
  const { lake, keys } = await lakeWithData({})
  const before = await keys()
  const { credentials: publisher, maintainer } = stack
  const variablesOf = (name: string, { accessKeyId, secretAccessKey }: typeof publisher) => ({
    [`${name}_ACCESS_KEY`]: accessKeyId,
    [`${name}_SECRET_KEY`]: secretAccessKey,
  })
  const { credentials: _credentials, ...options } = stackOptions(stack)
  const cleanWith = async (env: Record<string, string>) => {
    const other = await openLake({ ...options, tables: [pump], out: lake.out, env })
    onTestFinished(() => other.close())
    return other.clean({ remove: true })
  }
  const published = variablesOf('LAKE', publisher)
  await expect(cleanWith(published)).rejects.toThrow(
    `${removal} LAKE_ACCESS_KEY lacks the right s3:DeleteObject below s3://iot-time-series/pump/: run minilake up, which adds MAINTAIN_ACCESS_KEY and MAINTAIN_SECRET_KEY to .env`,
  )
  await expect(
    cleanWith({ ...published, ...variablesOf('MAINTAIN', { ...maintainer, accessKeyId: 'nobody' }) }),
  ).rejects.toThrow(
    `${removal} MAINTAIN_ACCESS_KEY is not accepted by S3: run minilake up, which sets its rights`,
  )
  expect(await keys()).toEqual(before)

  await cleanWith({ ...published, ...variablesOf('MAINTAIN', maintainer) })
  expect(await keys()).toEqual([])
})

test('only a removal uses the maintain key', async () => {
  const nobody = { accessKeyId: 'nobody', secretAccessKey: 'no-secret-at-all' }
  const { lake, keys } = await lakeWithData({ maintainCredentials: nobody })
  expect((await lake.clean()).map(({ isRemoved }) => isRemoved)).toEqual([false, false, false, false])
  await expect(lake.clean({ remove: true })).rejects.toThrow(
    `${removal} maintainCredentials is not accepted by S3: open the lake with maintainCredentials that have it`,
  )
  expect(await keys()).toHaveLength(4)
})

test('unfinished uploads are asked for by an id that no upload has', async () => {
  const prefix = 'pump/'
  const storeBy = (credentials: S3Keys) => s3Store({ ...stack, credentials })
  const lakeBy = (credentials: S3Keys) => ({
    store: storeOf(stack),
    maintenance: { store: storeBy(credentials), keyName: 'KEY', fix: 'set KEY' },
  })
  const { signal } = new AbortController()
  const store = await maintainStore(
    lakeBy(stack.maintainer),
    { objects: [], uploads: [prefix] },
    { undone: 'removed', signal },
  )
  expect(store.location).toBe('s3://iot-time-series')
  const { QUERY_ACCESS_KEY: accessKeyId = '', QUERY_SECRET_KEY: secretAccessKey = '' } = parseEnv(
    await readFile(stack.envFile, 'utf8'),
  )
  await expect(
    maintainStore(
      lakeBy({ accessKeyId, secretAccessKey }),
      { objects: [], uploads: [prefix] },
      { undone: 'removed', signal },
    ),
  ).rejects.toThrow(
    `${removal} KEY lacks the right s3:AbortMultipartUpload below s3://iot-time-series/pump/: set KEY`,
  )
})
