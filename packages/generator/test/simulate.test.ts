import { type Batch, checkBatch, parseUtcDay, pump, pumpDaily } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import {
  type BatchOptions,
  planFiles,
  scenarios,
  simulate,
  type SimulatedTable,
  simulateFile,
  type SimulateOptions,
} from '../src/index.js'
import { sensorNames, sensors } from '../src/sensors.js'
import { sha256Of, takeAll } from './take-all.js'

const from = '2026-01-01'
const hashes = (table: SimulatedTable, options: SimulateOptions) =>
  [...simulate(table, options)].map(({ key, batches }) => `${key} ${sha256Of(batches)}`)

describe('a week of readings', () => {
  const files = [...simulate(pump, { from })]
  const week = takeAll(files)

  test('has one file per UTC day and 604,800 rows', () => {
    expect(files.map(({ key }) => key)).toEqual([
      'pump/2026-01-01.parquet',
      'pump/2026-01-02.parquet',
      'pump/2026-01-03.parquet',
      'pump/2026-01-04.parquet',
      'pump/2026-01-05.parquet',
      'pump/2026-01-06.parquet',
      'pump/2026-01-07.parquet',
    ])
    expect(week.rowCount).toBe(604_800)
    expect(files.map((file) => file.truth().rows)).toEqual(Array(7).fill(86_400))
  })

  test('has a timestamp for each second of its days, in order', () => {
    const start = BigInt(parseUtcDay(from)) * 86_400_000_000n
    const wrong = week.event_timestamp.findIndex((micros, row) => micros !== start + BigInt(row) * 1_000_000n)
    expect(wrong).toBe(-1)
  })

  test('has the resolution of the sensors: 0.01 kPa, 0.001 m/s and 0.01 rpm, never negative, never −0', () => {
    const wrong = ([name, steps]: readonly ['pressure' | 'velocity' | 'speed', number]) =>
      week[name].findIndex(
        (value) => Math.round(value * steps) / steps !== value || value < 0 || Object.is(value, -0),
      )
    expect(
      (
        [
          ['pressure', 100],
          ['velocity', 1000],
          ['speed', 100],
        ] as const
      ).map(wrong),
    ).toEqual([-1, -1, -1])
  })

  test('exceeds 150 kPa while the discharge is blocked', () => {
    expect(week.pressure.filter((value) => value > 150).length).toBeGreaterThan(1000)
    expect(files.reduce((rows, file) => rows + file.truth().alarms.pressure!.rows, 0)).toBe(
      week.pressure.filter((value) => value > 150).length,
    )
  })

  test('changes speed by a few rpm a second at most, even over midnight', () => {
    const jump = week.speed.findIndex((value, row) => row > 0 && Math.abs(value - week.speed[row - 1]!) > 6)
    expect(jump).toBe(-1)
  })
})

test.each([1, 2, 42, 4711])(
  'seed %d stays between 80 and 145 kPa for a week when nothing goes wrong',
  (seed) => {
    const { pressure } = takeAll(
      simulate(pump, { from, seed, intervalSeconds: 10, scenario: scenarios.healthy }),
    )
    expect(pressure.every((value) => value > 80 && value < 145)).toBe(true)
  },
)

test('a healthy pump has no labels, no alarms and no NaN', () => {
  const [file] = simulate(pump, { from: '2026-03-01', days: 1, seed: 11, scenario: scenarios.healthy })
  expect(takeAll([file!]).pressure.every((value) => value > 80 && value < 145)).toBe(true)
  expect(file!.truth()).toMatchObject({
    faults: [],
    alarms: { pressure: { rows: 0, episodes: [] } },
    delivery: { missing: 0, duplicates: 0, outOfOrder: 0, late: 0 },
  })
})

test('the same seed gives the same batches, a different seed gives different ones', () => {
  const options = { from, days: 2, intervalSeconds: 10 }
  expect(hashes(pump, { ...options, seed: 1 })).toEqual(hashes(pump, { ...options, seed: 1 }))
  expect(hashes(pump, { ...options, seed: 1 })).not.toEqual(hashes(pump, { ...options, seed: 2 }))
  const high = { ...options, seed: 1 + 2 ** 32 }
  expect(hashes(pump, { ...options, seed: 1 })).not.toEqual(hashes(pump, high))
})

test('the first two days of two days and of seven days are equal', () => {
  const week = hashes(pump, { from, days: 7, intervalSeconds: 10 })
  expect(hashes(pump, { from, days: 2, intervalSeconds: 10 })).toEqual(week.slice(0, 2))
})

test('a file depends only on its own parameters: reading files in another order, or one alone, changes nothing', () => {
  const plan = planFiles(pumpDaily, { from, days: 3, pumps: 2, intervalSeconds: 30 })
  const take = (parameters: (typeof plan)[number]) => sha256Of(simulateFile(parameters).batches)
  const forward = plan.map(take)
  expect([...plan].reverse().map(take).reverse()).toEqual(forward)
  expect(hashes(pumpDaily, { from: '2026-01-02', days: 1, pumps: 2, intervalSeconds: 30 })).toEqual(
    hashes(pumpDaily, { from, days: 3, pumps: 2, intervalSeconds: 30 }).slice(2, 4),
  )
})

test('parameters survive JSON, so a worker simulates the same file', () => {
  const [parameters] = planFiles(pump, { from, days: 1, intervalSeconds: 60 })
  const copy = JSON.parse(JSON.stringify(parameters)) as typeof parameters
  expect(sha256Of(simulateFile(copy!).batches)).toBe(sha256Of(simulateFile(parameters!).batches))
})

test('a longer interval samples the same signal, except for sensor noise', () => {
  const fine = takeAll(simulate(pump, { from, days: 1 }))
  const coarse = takeAll(simulate(pump, { from, days: 1, intervalSeconds: 60 }))
  for (const name of sensorNames) {
    const apart = Math.max(...coarse[name].map((value, row) => Math.abs(value - fine[name][row * 60]!)))
    expect(apart).toBeLessThan(10 * sensors[name].deviation)
  }
})

test.each(sensorNames)('%s changes no more at midnight than between any two readings', (name) => {
  const values = takeAll(simulate(pump, { from, days: 40, scenario: scenarios.default }))[name]
  const rms = (steps: number[]) => Math.sqrt(steps.reduce((sum, step) => sum + step ** 2, 0) / steps.length)
  const midnights = Array.from({ length: 39 }, (_, day) => (day + 1) * 86_400)
  const jumps = midnights.map((row) => values[row]! - values[row - 1]!)
  // Steps at other moments, ten times as many.
  const others = midnights.flatMap((row) =>
    Array.from({ length: 10 }, (_, i) => values[row + 10 + i]! - values[row + 9 + i]!),
  )
  expect(rms(jumps) / rms(others)).toBeGreaterThan(0.6)
  expect(rms(jumps) / rms(others)).toBeLessThan(1.5)
})

test.each([42, 7, 1, 123])(
  'seed %d has about the expected number of distinct values in 2^20 rows',
  (seed) => {
    const distinct = { pressure: new Set(), velocity: new Set(), speed: new Set() }
    let left = 2 ** 20
    for (const { batches } of simulate(pump, { from, days: 13, seed })) {
      for (const { rowCount, columns } of batches) {
        const rows = Math.min(rowCount, left)
        for (const name of sensorNames)
          for (const value of columns[name].subarray(0, rows)) distinct[name].add(value)
        left -= rows
      }
    }
    const expected = { pressure: 5000, velocity: 1100, speed: 22_000 }
    for (const name of sensorNames) {
      expect(distinct[name].size / expected[name]).toBeGreaterThan(0.8)
      expect(distinct[name].size / expected[name]).toBeLessThan(1.2)
    }
  },
)

test.each(Object.values(scenarios))(
  'scenario $name: a file depends only on its own parameters',
  (scenario) => {
    const plan = planFiles(pumpDaily, { from, days: 2, pumps: 2, intervalSeconds: 10, scenario })
    const take = (parameters: (typeof plan)[number]) => {
      const file = simulateFile(parameters)
      return [sha256Of(file.batches), file.truth()]
    }
    const forward = plan.map(take)
    expect([...plan].reverse().map(take).reverse()).toEqual(forward)
    expect(new Set(forward.map(([hash]) => hash)).size).toBe(4)
  },
)

test.each(['default', 'nightmare'] as const)(
  'reused buffers hold the same values as own buffers, also in a short last batch (%s)',
  (scenario) => {
    for (const intervalSeconds of [1, 7.2, 3600]) {
      const options = { from: '2026-01-01', days: 1, intervalSeconds, scenario: scenarios[scenario] }
      const [own] = simulate(pump, options)
      const [shared] = simulate(pump, { ...options, reuseBuffers: true })
      const kept = [...own!.batches]
      let at = 0
      for (const batch of shared!.batches) expect(batch).toEqual(kept[at++])
      expect(at).toBe(kept.length)
      expect(shared!.truth()).toEqual(own!.truth())
    }
  },
)

test.each(Object.values(scenarios))(
  'scenario $name: a file without its truth has the same rows',
  (scenario) => {
    const options = { from, days: 1, intervalSeconds: 10, scenario }
    const [file] = simulate(pump, options)
    const [without] = simulate(pump, { ...options, truth: false })
    expect(sha256Of(without!.batches)).toBe(sha256Of(file!.batches))
    expect(() => without!.truth()).toThrow(
      'truth of pump/2026-01-01.parquet expected the option truth to be true',
    )
  },
)

test('reading another file does not overwrite the last batch of a file that was not read to the end', () => {
  const [first, second] = planFiles(pump, { from, days: 2 })
  const [batch] = simulateFile(first!, { reuseBuffers: true }).batches
  const before = sha256Of([batch!])
  const [other] = simulateFile(second!, { reuseBuffers: true }).batches
  expect(sha256Of([batch!])).toBe(before)
  expect(sha256Of([other!])).not.toBe(before)
})

test('files read in turns do not affect each other', () => {
  const options = { from, days: 2, scenario: scenarios.nightmare }
  const alone = [...simulate(pump, options)].map(({ batches }) => sha256Of(batches))
  const [first, second] = [...simulate(pump, options)].map(({ batches }) => batches[Symbol.iterator]())
  const taken: Batch<typeof pump>[][] = [[], []]
  for (let more = true; more;) {
    more = false
    for (const [i, file] of [first!, second!].entries()) {
      const { done, value } = file.next()
      if (done === true) continue
      taken[i]!.push(value)
      more = true
    }
  }
  expect(taken.map(sha256Of)).toEqual(alone)
})

describe('pump_daily', () => {
  const files = [...simulate(pumpDaily, { from, days: 2, pumps: 2, intervalSeconds: 60 })]

  test('has one file per day and pump, in its partition', () => {
    expect(files.map(({ key }) => key)).toEqual([
      'pump_daily/event_date=2026-01-01/pump-0001.parquet',
      'pump_daily/event_date=2026-01-01/pump-0002.parquet',
      'pump_daily/event_date=2026-01-02/pump-0001.parquet',
      'pump_daily/event_date=2026-01-02/pump-0002.parquet',
    ])
  })

  test('has the name of the pump in each row, and different readings for each pump', () => {
    const [first, second] = files.map(({ batches }) => [...batches])
    expect(new Set(first!.flatMap(({ columns }) => columns.pump_id))).toEqual(new Set(['pump-0001']))
    expect(new Set(second!.flatMap(({ columns }) => columns.pump_id))).toEqual(new Set(['pump-0002']))
    expect(first![0]!.columns.speed).not.toEqual(second![0]!.columns.speed)
  })

  test('its first pump has the same readings as table pump', () => {
    const [alone] = simulate(pump, { from, days: 1, intervalSeconds: 60 })
    const [first] = simulate(pumpDaily, { from, days: 1, intervalSeconds: 60 })
    const [own, fleet] = [[...alone!.batches], [...first!.batches]]
    expect(fleet.map(({ columns }) => columns.pressure)).toEqual(own.map(({ columns }) => columns.pressure))
  })

  test('a pump does not depend on the size of the fleet', () => {
    const options = { from, days: 1, intervalSeconds: 600 }
    const large = hashes(pumpDaily, { ...options, pumps: 5 })
    expect(hashes(pumpDaily, { ...options, pumps: 3 })).toEqual(large.slice(0, 3))
  })
})

// In binary, 86400 / 0.675 and 86400 / (0.1 + 0.2) are not whole numbers.
test.each([
  [0.675, 128_000],
  [1.35, 64_000],
  [0.1 + 0.2, 288_000],
  [86_400, 1],
])('an interval of %d s gives %d rows a day in valid batches', (intervalSeconds, rows) => {
  const [file] = simulate(pump, { from, days: 1, intervalSeconds })
  let taken = 0
  for (const batch of file!.batches) {
    checkBatch(pump, batch)
    taken += batch.rowCount
  }
  expect(taken).toBe(rows)
  expect(file!.truth().rows).toBe(rows)
})

test('timestamps are whole milliseconds and strictly increasing at any interval', () => {
  const { event_timestamp: times } = takeAll(simulate(pump, { from, days: 1, intervalSeconds: 0.675 }))
  expect(times.findIndex((micros) => micros % 1000n !== 0n)).toBe(-1)
  expect(times.findIndex((micros, row) => row > 0 && micros <= times[row - 1]!)).toBe(-1)
})

test('simulates days before 1970', () => {
  const { event_timestamp: times } = takeAll(
    simulate(pump, { from: '1969-12-31', days: 1, intervalSeconds: 3600 }),
  )
  expect([times[0], times[23]]).toEqual([-86_400_000_000n, -3_600_000_000n])
})

test('simulate rejects missing options, unknown options, and values of the wrong type', () => {
  const take = (options?: unknown) => () => [...simulate(pump, options as SimulateOptions)]
  const known = 'from, days, intervalSeconds, seed, pumps, scenario, reuseBuffers, truth'
  expect(take()).toThrow(new TypeError(`simulation expected an object with the keys ${known}, got undefined`))
  expect(take({ from, reuse: true })).toThrow(
    new TypeError(`simulation expected only the keys ${known}, got reuse`),
  )
  expect(take({ days: 1 })).toThrow(new TypeError('simulation expected the key from, got no from'))
  expect(take({ from, reuseBuffers: 'yes' })).toThrow(
    new TypeError('reuseBuffers expected true or false, got "yes"'),
  )
})

test('simulateFile rejects unknown batch options and values of the wrong type', () => {
  const [parameters] = planFiles(pump, { from, days: 1 })
  const open = (options: unknown) => () => simulateFile(parameters!, options as BatchOptions)
  expect(open({ reuse: true })).toThrow(
    new TypeError('batch options expected only the keys reuseBuffers, truth, got reuse'),
  )
  expect(open(true)).toThrow(
    new TypeError('batch options expected an object with the keys reuseBuffers, truth, got true'),
  )
  expect(open({ reuseBuffers: 1 })).toThrow(new TypeError('reuseBuffers expected true or false, got 1'))
  expect(open({ truth: null })).toThrow(new TypeError('truth expected true or false, got null'))
})

test('all times of the last possible day have four-digit years, including wear', () => {
  const [file] = simulate(pump, {
    from: '9999-12-30',
    days: 1,
    intervalSeconds: 600,
    scenario: scenarios.nightmare,
  })
  takeAll([file!])
  const { faults } = file!.truth()
  expect(faults.map(({ fault }) => fault)).toContain('wornImpeller')
  expect(faults.flatMap(({ start, end }) => [start, end]).every((time) => /^9999-12-3[01]T/.test(time))).toBe(
    true,
  )
})

// Golden data. A change here changes the readings of every user: raise `createdBy` in @minilake/parquet with it.
test('a day and a seed give the same readings on every machine and in every version', () => {
  expect(hashes(pump, { from, days: 1 })).toMatchInlineSnapshot(`
    [
      "pump/2026-01-01.parquet 73f63e3deec6674f98f76e0b83de622f2b94456969d03105383782556b9b99bc",
    ]
  `)
  expect(hashes(pumpDaily, { from, days: 1, pumps: 2, intervalSeconds: 60 })).toMatchInlineSnapshot(`
    [
      "pump_daily/event_date=2026-01-01/pump-0001.parquet 207331d76715994aaecedada57d6a4c9e8d47b74bdecac3e529a151dfe7f07e6",
      "pump_daily/event_date=2026-01-01/pump-0002.parquet d0378eac289b3e3ad4a3a0c9e51a699f9cf24456991af6a332d0e4bcc2b7a80a",
    ]
  `)
  const { busy, nightmare } = scenarios
  expect(hashes(pump, { from, days: 1, scenario: busy })).toMatchInlineSnapshot(`
    [
      "pump/2026-01-01.parquet d785b247be9fbc5415a4d4bc10f5162a831cbb547556e68e4313970b4ad3ba4a",
    ]
  `)
  expect(hashes(pump, { from, days: 1, scenario: nightmare })).toMatchInlineSnapshot(`
    [
      "pump/2026-01-01.parquet b7ab7b81987f523b3cd64b661a3398c7c05bb8dfd409b97294f008b4d6800ef2",
    ]
  `)
})
