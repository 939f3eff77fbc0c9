import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Lake, openLake } from '../../packages/lake/src/index.js'
import { emptyLake, type TestStack } from '../../packages/lake/test/running-stack.js'
import { callingProcess } from './calling-process.js'
import { checkNothingUnfinished, readRows } from './complete-step.js'
import { lakeOptions } from './dying-lake.js'
import type { Random } from './evidence.js'
import type { Call } from './step.js'
import { type Definition, emptyModel, rowText, tableOf, valuesOf } from './readings-model.js'

const resumeAfterSeconds = 1
const days = [1, 2, 3]

/** Readings of a station, on each of the days. */
function readingsOf(station: string) {
  return days.flatMap((day) =>
    Array.from({ length: 500 }, (_, second) => ({
      time: new Date(Date.UTC(2026, 0, day, 0, 0, second)),
      station,
      level: second / 8,
      torque: null,
    })),
  )
}

async function isChanging({ store }: Lake): Promise<boolean> {
  for await (const { key } of store.list('_intents/')) if (key.endsWith('/intent.json')) return true
  return false
}

/**
 * A process that replaces files is stopped with SIGSTOP for longer than `resumeAfterSeconds`. Meanwhile another one completes its change or
 * takes it back, removes the same rows and writes others. The process wakes, and nothing of what the other one did may be undone.
 * Resolves with how the stopped process ended, or with undefined if it had no change under way when it was stopped.
 */
export async function stoppedRound(
  random: Random,
  { stack }: { stack?: TestStack } = {},
): Promise<'completed' | 'failed' | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-stopped-'))
  const place = { folder, stack }
  const { definition } = emptyModel()
  const table = tableOf(definition)
  const put = (lake: Lake, station: string) =>
    lake.write(table, readingsOf(station).map((each) => valuesOf(each, definition)) as never)
  const removal = { where: "station_id = 'b'", remove: true }
  const call: Call = { method: 'remove', args: [table, removal] }
  const child = callingProcess()
  if (stack) await emptyLake(stack)
  const lake = await openLake({ ...lakeOptions(table, place), resumeAfterSeconds })
  try {
    await lake.write(
      table,
      ['a', 'b'].flatMap((station) => readingsOf(station).map((each) => valuesOf(each, definition))) as never,
    )
    const ending = child.call({ call: () => call }, { table, place, resumeAfterSeconds })
    let hasEnded = false
    const ended = ending.finally(() => (hasEnded = true))
    ended.catch(() => {})
    while (!hasEnded && !(await isChanging(lake))) await wait(1)
    await wait(random.below(stack ? 2000 : 30))
    child.stop()
    if (hasEnded || !(await isChanging(lake))) {
      child.wake()
      await ended
      return undefined
    }
    await lake.remove(table, removal)
    await put(lake, 'c')
    child.wake()
    const { is, message = '' } = await ended
    if (is === 'killed') throw new Error('expected an end, got a killed process')
    if (is === 'failed' && !/another process has finished this change/.test(message))
      throw new Error(`expected a sentence that says what happened, got ${message}`)
    await check(lake, definition)
    return is
  } finally {
    child.end()
    await lake.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Rejects with an Error unless the lake has the rows of `a` and `c` once, and no change is under way. */
async function check(lake: Lake, definition: Definition): Promise<void> {
  const found = await readRows(lake, definition)
  const expected = [...readingsOf('a'), ...readingsOf('c')].map(rowText).sort()
  if (!isDeepStrictEqual(found, expected))
    throw new Error(`expected ${expected.length} rows, got ${found.length}, or other ones`)
  await checkNothingUnfinished(lake)
}
