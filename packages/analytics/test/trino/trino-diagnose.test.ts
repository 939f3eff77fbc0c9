import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { freeSql } from '../../src/index.js'
import type { Diagnose } from '../../src/trino/trino-engine.js'
import { takeAll } from '../take-all.js'
import { columns, engineOf, errorOf, pageNumber, pages, rowsOf, sql, trinoPeer } from './trino-peer.js'

const deadMetastore = new Error('the Hive Metastore does not answer')

/** A peer whose statement never leaves its state; `grow` adds what changes on each page. */
const waitingPeer = (grow: (page: number) => object = () => ({})) =>
  trinoPeer((peer, { path }, response) => {
    const page = pageNumber(path)
    const stats = { state: 'PLANNING', elapsedTimeMillis: page, queuedTimeMillis: page, ...grow(page) }
    setTimeout(() => response.end(peer.page(page, { stats })), 20)
  })

test('a statement without progress fails with what is found, and is ended in Trino', async () => {
  await using peer = await waitingPeer()
  const engine = engineOf(peer, { stallMillis: 100, diagnose: () => Promise.resolve(deadMetastore) })
  await expect(takeAll(engine.query(freeSql(sql)))).rejects.toBe(deadMetastore)
  await expect(engine.execute(sql)).rejects.toBe(deadMetastore)
  await engine.close()
  expect(peer.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2)
})

test('a statement without an answer to its first request fails with what is found', async () => {
  await using peer = await trinoPeer(() => {})
  const engine = engineOf(peer, { stallMillis: 100, diagnose: () => Promise.resolve(deadMetastore) })
  await expect(takeAll(engine.query(freeSql(sql)))).rejects.toBe(deadMetastore)
  const begin = performance.now()
  await engine.close()
  expect(performance.now() - begin).toBeLessThan(4500) // it waits up to 5 s for answers
})

test('a stalled statement continues if the diagnosis finds nothing or fails, and is diagnosed again', async () => {
  let asked = 0
  await using peer = await trinoPeer((peer, request, response) => {
    const page = pageNumber(request.path)
    if (asked < 3) setTimeout(() => response.end(peer.page(page)), 10)
    else pages(page)(peer, request, response)
  })
  const diagnose: Diagnose = ({ failure }) => {
    asked += 1
    expect(failure).toBeUndefined()
    return asked === 2 ? Promise.reject(new Error('no idea')) : Promise.resolve(undefined)
  }
  expect((await rowsOf(peer, { stallMillis: 50, diagnose })).length).toBeGreaterThan(0)
  expect(asked).toBe(3)
})

test('a statement that works is never asked about, however long it takes', async () => {
  let asked = 0
  await using peer = await waitingPeer((page) => ({ state: 'RUNNING', cpuTimeMillis: page }))
  const diagnose = () => {
    asked += 1
    return Promise.resolve(deadMetastore)
  }
  const engine = engineOf(peer, { stallMillis: 1000, diagnose })
  const failed = expect(takeAll(engine.query(freeSql(sql)))).rejects.toThrow('was ended')
  await wait(2500)
  await engine.close()
  await failed
  expect(asked).toBe(0)
})

test('progress during the asking counts more than its answer', async () => {
  let isAsked = false
  await using peer = await trinoPeer((peer, request, response) => {
    const page = pageNumber(request.path)
    if (isAsked) pages(page)(peer, request, response)
    else setTimeout(() => response.end(peer.page(page)), 10)
  })
  const diagnose = async () => {
    isAsked = true
    await wait(200)
    return deadMetastore
  }
  expect((await rowsOf(peer, { stallMillis: 50, diagnose })).length).toBeGreaterThan(0)
})

test('a slow reader of rows is no lack of progress', async () => {
  await using peer = await trinoPeer(pages(2))
  const engine = engineOf(peer, { stallMillis: 1000, diagnose: () => Promise.resolve(deadMetastore) })
  let rows = 0
  for await (const _row of engine.query(freeSql(sql))) {
    rows += 1
    await wait(600)
  }
  expect(rows).toBe(4)
})

test.each([
  ['EXTERNAL', true],
  ['INTERNAL_ERROR', true],
  ['USER_ERROR', false],
])('a failure of the type %s is asked about: %s', async (errorType, isAsked) => {
  const error = {
    message: 'Failed to list location',
    errorCode: 1,
    errorName: 'HIVE_FILESYSTEM_ERROR',
    errorType,
  }
  await using peer = await trinoPeer((peer, _, response) => {
    response.end(peer.page(0, { nextUri: undefined, columns, error }))
  })
  const about: unknown[] = []
  const diagnose: Diagnose = ({ failure }) => {
    about.push(failure)
    return Promise.resolve(undefined)
  }
  const failure = await errorOf(rowsOf(peer, { diagnose }))
  expect(failure.message).toContain('Failed to list location')
  expect(about).toEqual(isAsked ? [failure] : [])
  const found = rowsOf(peer, { diagnose: () => Promise.resolve(deadMetastore) })
  await expect(found).rejects.toThrow(isAsked ? 'the Hive Metastore' : 'Failed to list location')
})

test('a server that cannot be reached is asked about', async () => {
  const peer = await trinoPeer(() => {})
  await peer.close()
  await expect(rowsOf(peer, { diagnose: () => Promise.resolve(deadMetastore) })).rejects.toBe(deadMetastore)
})
