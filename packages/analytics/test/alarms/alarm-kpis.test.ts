import { expect, test } from 'vitest'
import { alarmKpis, type Episode, type KpiLimits } from '../../src/index.js'

const from = new Date('2026-01-01T00:00:00Z')
const to = new Date('2026-01-03T00:00:00Z')

/** An alarm of a pump, raised and ended some seconds after the start of the period. */
function alarm(
  start: number,
  end: number | null,
  more: Partial<Episode> & { pump_id?: string } = {},
): Episode {
  const at = (seconds: number) => new Date(from.getTime() + seconds * 1000)
  return {
    ...{ rule: 'pressure_high', severity: 'low' as const, peak: 160, rows: 1n },
    ...{ start: at(start), end: end === null ? null : at(end), seconds: end === null ? null : end - start },
    ...more,
  }
}

async function figuresOf(episodes: Episode[], limits: Partial<KpiLimits> = {}) {
  const { figures } = await alarmKpis(episodes, { from, to, limits })
  return Object.fromEntries(figures.map(({ figure, value, isMet }) => [figure, [value, isMet]]))
}

// ISA-18.2 counts annunciations: every episode counts once, at its start.
test('rates are alarms by the length of the period, and those of the worst day and 10 minutes of the clock', async () => {
  const episodes = [
    ...[0, 599, 600, 601, 1199].map((start) => alarm(start, start + 100)),
    alarm(86_400, 86_500),
    alarm(2 * 86_400, 2 * 86_400 + 1), // after the period
  ]
  const figures = await figuresOf(episodes)
  expect(figures).toMatchObject({
    'alarms per day, average': [3, true],
    'alarms per day, most': [5, true],
    'alarms per 10 minutes, average': [6 / 288, true],
    'alarms per 10 minutes, most': [3, true],
  })
  expect(await figuresOf(episodes, { perDay: 2.9, mostPerDay: 4, mostPerTenMinutes: 2 })).toMatchObject({
    'alarms per day, average': [3, false],
    'alarms per day, most': [5, false],
    'alarms per 10 minutes, most': [3, false],
  })
})

// ISA-18.2-2016: a flood starts with more than 10 alarms in 10 minutes, and ends when fewer than 5 come in 10 minutes.
test('a flood starts above 10 alarms in 10 minutes, and ends below 5', async () => {
  const counts = [10, 11, 5, 4, 11, 0, 12, 6] // flood: intervals 1, 2; 4; 6, 7
  const episodes = counts.flatMap((number, interval) =>
    Array.from({ length: number }, (_, index) =>
      alarm(interval * 600 + index * 50, interval * 600 + index * 50 + 20),
    ),
  )
  expect(await figuresOf(episodes)).toMatchObject({
    floods: [3, undefined],
    'time in flood, %': [(100 * 5) / 288, false],
  })
  expect(await figuresOf(episodes, { floodPercent: 2, floodStart: 11 })).toMatchObject({
    floods: [1, undefined],
    'time in flood, %': [(100 * 2) / 288, true],
  })
})

// Common practice: chattering is raised and cleared 3 or more times in a minute; fleeting clears soon and does not repeat.
test('an alarm chatters that is raised and ends three times in a minute; a short one that does not repeat is fleeting', async () => {
  const chattering = [alarm(0, 5), alarm(25, 30), alarm(55, 60)]
  expect(await figuresOf(chattering)).toMatchObject({
    'chattering alarms': [1, false],
    'fleeting alarms': [0, true],
  })
  const slower = [alarm(0, 5), alarm(25, 30), alarm(55, 60.001)]
  expect(await figuresOf(slower)).toMatchObject({
    'chattering alarms': [0, true],
    'fleeting alarms': [3, false],
  })
  const pumps = [
    alarm(0, 5, { pump_id: 'a' }),
    alarm(25, 30, { pump_id: 'b' }),
    alarm(45, 55.5, { pump_id: 'a' }),
  ]
  expect(await figuresOf(pumps)).toMatchObject({
    'chattering alarms': [0, true],
    'fleeting alarms': [2, false],
  })
  expect(await figuresOf(pumps, { chatteringTimes: 2 })).toMatchObject({ 'chattering alarms': [1, false] })
})

// ISA-18.2-2016: stale alarms stand for more than 24 h.
test('a stale alarm stands for more than a day; standing alarms are weighted by their time', async () => {
  const day = 86_400
  const episodes = [alarm(0, day), alarm(10, day + 11), alarm(20, null), alarm(1.5 * day, 2 * day + 50)]
  const figures = await figuresOf(episodes)
  // Of the four, the second and the third are stale, both on the second day.
  expect(figures).toMatchObject({
    'stale alarms, most on a day': [2, true],
    'standing alarms, at the end': [1, undefined],
  })
  const standing = (day + (day + 1) + (2 * day - 20) + day / 2) / (2 * day)
  expect(figures['standing alarms, average']![0]).toBeCloseTo(standing, 12)
  expect(await figuresOf(episodes, { staleHours: 23, stale: 3, standing: 2 })).toMatchObject({
    'stale alarms, most on a day': [3, false],
    'standing alarms, average': [figures['standing alarms, average']![0], false],
  })
})

// ISA-18.2-2016: the share of the 10 most frequent alarms; about 80 % low, 15 % medium, 5 % high, the highest less than 1 %.
test('bad actors are the most frequent alarms of a source; severities have shares', async () => {
  const episodes = [
    ...Array.from({ length: 6 }, (_, index) =>
      alarm(index * 1000, index * 1000 + 100, { pump_id: 'pump-0002' }),
    ),
    ...Array.from({ length: 3 }, (_, index) =>
      alarm(index * 1000, index * 1000 + 100, { pump_id: 'pump-0001', severity: 'high' }),
    ),
    alarm(0, 100, { pump_id: 'pump-0001', rule: 'speed_low', severity: 'critical' }),
  ]
  const { badActors, figures, alarms } = await alarmKpis(episodes, { from, to, limits: { badActors: 2 } })
  expect(alarms).toBe(10)
  expect(badActors).toEqual([
    { alarm: 'pump-0002 pressure_high', alarms: 6, percent: 60 },
    { alarm: 'pump-0001 pressure_high', alarms: 3, percent: 30 },
  ])
  expect(figures.slice(-6).map(({ figure, value, target }) => [figure, value, target])).toEqual([
    ['different alarms', 3, undefined],
    ['share of the 2 most frequent alarms, %', 90, undefined],
    ['alarms of severity low, %', 60, 'about'],
    ['alarms of severity medium, %', 0, 'about'],
    ['alarms of severity high, %', 30, 'about'],
    ['alarms of severity critical, %', 10, 'less than'],
  ])
})

test.each([
  { different: 10, share: undefined },
  { different: 11, share: { limit: undefined } },
  { different: 199, share: { limit: undefined } },
  { different: 200, share: { limit: 5, target: 'at most', isMet: true, limitFrom: 'ISA-18.2-2016' } },
])(
  'the share of the 10 most frequent of $different alarms is judged where it says something',
  async (given) => {
    const episodes = Array.from({ length: given.different }, (_, pump) =>
      alarm(pump, pump + 100, { pump_id: `pump-${pump}` }),
    )
    const { figures } = await alarmKpis(episodes, { from, to })
    const found = figures.find(({ figure }) => figure === 'share of the 10 most frequent alarms, %')
    if (given.share === undefined) expect(found).toBeUndefined()
    else expect(found).toMatchObject({ value: 1000 / given.different })
    expect(found?.limit).toBe(given.share?.limit)
    if (given.share?.limit !== undefined) expect(found).toMatchObject(given.share)
  },
)

test('a limit is from a standard, a default, or given', async () => {
  const { figures } = await alarmKpis([], { from, to, limits: { stale: 7 } })
  const limitFrom = (name: string) => figures.find(({ figure }) => figure === name)?.limitFrom
  expect(limitFrom('alarms per day, average')).toBe('IEC 62682:2014')
  expect(limitFrom('alarms per day, most')).toBe('default')
  expect(limitFrom('standing alarms, average')).toBe('default')
  expect(limitFrom('stale alarms, most on a day')).toBe('given')
  expect(
    figures.filter(({ limit, limitFrom }) => (limit === undefined) !== (limitFrom === undefined)),
  ).toEqual([])
})

test('without alarms every figure is 0, and every limit is met', async () => {
  const { figures, badActors } = await alarmKpis([], { from, to })
  expect(figures.filter(({ value, isMet }) => value !== 0 || isMet === false)).toEqual([])
  expect(badActors).toEqual([])
})

test.each<[Partial<KpiLimits>, string]>([
  [{ perDay: -1 }, 'perDay expected a number of at least 0, got -1'],
  [{ staleHours: NaN }, 'staleHours expected a number of at least 0, got NaN'],
  [{ chatteringTimes: 1.5 }, 'chatteringTimes expected a whole number of at least 1, got 1.5'],
  [{ floodEnd: 12 }, 'floodEnd expected at most 11, so that a flood can last, got 12'],
])('refuses limits %j', async (limits, sentence) => {
  await expect(alarmKpis([], { from, to, limits })).rejects.toThrow(
    new RangeError(`alarm KPI limit ${sentence}`),
  )
})

test('refuses a period without length', async () => {
  await expect(alarmKpis([], { from, to: from })).rejects.toThrow(
    new RangeError(
      'alarm KPIs expected a period that ends after its start, got 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:00.000Z',
    ),
  )
})
