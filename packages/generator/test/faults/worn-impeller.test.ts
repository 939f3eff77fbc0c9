import { pump } from '@minilake/schema'
import { expect, test } from 'vitest'
import { scenarios, simulate } from '../../src/index.js'
import { takeAll } from '../take-all.js'
import { options, takeFaults } from './take-faults.js'

const month = { days: 30, intervalSeconds: 600 }
const { readings, labels } = takeFaults({ wornImpeller: { days: [7, 7], headLoss: 0.1 } }, month)
const unworn = takeAll(simulate(pump, { ...options, ...month, scenario: scenarios.healthy }))
const lossAt = (row: number) => 1 - readings.pressure[row]! / unworn.pressure[row]!

test('every moment is labelled: one label per impeller and day', () => {
  expect(labels.every(({ fault }) => fault === 'wornImpeller')).toBe(true)
  expect(labels[0]!.from).toBe(0)
  for (const [i, { end }] of labels.entries())
    expect(labels[i + 1]?.start ?? '2026-03-31T00:00:00.000Z').toBe(end)
  const replaced = labels.map(({ start }) => start).filter((start) => !start.endsWith('T00:00:00.000Z'))
  expect(replaced.length).toBeGreaterThanOrEqual(4)
  for (const [i, start] of replaced.entries()) {
    expect(Number(start.slice(11, 13))).toBeGreaterThanOrEqual(8)
    expect(Number(start.slice(11, 13))).toBeLessThan(16)
    if (i > 0) expect(Date.parse(start) - Date.parse(replaced[i - 1]!)).toBe(7 * 86_400_000)
  }
})

test('the loss of pressure grows until the impeller is replaced', () => {
  const replaced = labels.filter(({ start }) => !start.endsWith('T00:00:00.000Z')).map(({ from }) => from)
  for (const row of replaced) {
    expect(lossAt(row - 1)).toBeGreaterThan(0.03)
    expect(Math.abs(lossAt(row + 1))).toBeLessThan(0.01)
  }
  const [start, end] = [replaced[0]!, replaced[1]!]
  const quarter = Math.floor((end - start) / 4)
  const means = [0, 1, 2, 3].map((part) => {
    let sum = 0
    for (let i = 0; i < quarter; i++) sum += lossAt(start + part * quarter + i)
    return sum / quarter
  })
  expect([...means].sort((a, b) => a - b)).toEqual(means)
})

test('the loss of pressure is continuous over midnight', () => {
  const midnights = Array.from({ length: 29 }, (_, day) => (day + 1) * 144)
  for (const row of midnights) expect(Math.abs(lossAt(row) - lossAt(row - 1))).toBeLessThan(0.01)
})
