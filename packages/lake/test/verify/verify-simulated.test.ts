import { pump, pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { agrees } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'

test.each([pump, pumpDaily])(
  '$name: rows left of simulated files, and imported ones, are compared with their own checks',
  async (table) => {
    const { lake } = await freshLake({ tables: [table] })
    await lake.generate(table, { from: '2026-01-01', days: 3, intervalSeconds: 60 }, { workers: 1 })
    await lake.ingest()
    const from = new Date('2026-01-02T12:00:00Z')
    const to = new Date('2026-01-02T13:00:00Z')
    expect(await lake.remove(table, { from, to, remove: true })).toMatchObject({
      rewritten: 1,
      rows: 60,
      truths: 1,
    })
    const [found] = await lake.verify()
    expect(found).toMatchObject({
      source: 'truth',
      files: 3,
      hours: 48,
      rows: 3 * 1440 - 60,
      differences: [],
      withoutTruth: [],
      missing: [],
    })
    expect(agrees(found!)).toBe(true)
    await lake.remove(table, { where: 'pressure > 0', from: new Date('2026-01-03'), remove: true })
    await lake.remove(table, { to: new Date('2026-01-02'), remove: true })
    expect(await lake.verify()).toMatchObject([
      { source: 'checks', files: 1, rows: 1380, differences: [], missing: [] },
    ])
  },
)
