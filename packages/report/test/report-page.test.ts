import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Report, reportPage } from '../src/index.js'
import type { ChartData } from '../src/charts-section.js'
import { reportOf, windowsOf } from './report-of.js'

const madeAt = new Date('2026-02-01T00:00:00Z')
const pageOf = (part?: Partial<Report>) => reportPage(reportOf(part), { madeAt })
const dataOf = (page: string) =>
  JSON.parse(/id="report-data">([^<]*)<\/script>/.exec(page)?.[1] ?? '') as ChartData
/** The page without the chart library, the style and the scripts. */
const bodyOf = (page: string) => page.replace(/<(style|script)[^]*?<\/\1>/g, '')

test('the numbers of the charts are those of the report, to the last digit', () => {
  const averages = [0.1 + 0.2, -0, 5e-324, 1e300]
  const { columns, times } = dataOf(
    pageOf({ columns: [{ name: 'x', limits: [], windows: windowsOf(averages) }], alarms: [] }),
  )
  expect(times).toEqual([0, 1, 2, 3].map((index) => Date.UTC(2026, 0, 1, index) / 1000))
  expect(columns[0]?.avg).toEqual([0.1 + 0.2, 0, 5e-324, 1e300])
})

test('windows that are absent are a gap in every chart', () => {
  const windows = windowsOf([1, 2, 3, 4, 5]).filter((_, index) => index !== 2 && index !== 3)
  const { columns, times } = dataOf(pageOf({ columns: [{ name: 'x', limits: [], windows }] }))
  expect(columns[0]?.avg).toEqual([1, 2, null, 5])
  expect(times).toHaveLength(4)
})

test('alarms are shaded in the chart of their column; one that is open lasts until the last reading', () => {
  const [alarm] = reportOf().alarms as [Report['alarms'][number]]
  const { columns } = dataOf(pageOf({ alarms: [alarm, { ...alarm, end: null }], alarmCount: 2 }))
  const [start, end] = [alarm.start.getTime() / 1000, (alarm.end?.getTime() ?? 0) / 1000]
  expect(columns.map(({ alarms }) => alarms)).toEqual([
    [
      [start, end],
      [start, Date.UTC(2026, 0, 1, 2, 59, 59) / 1000],
    ],
    [],
  ])
})

test('tables list alarms, sources, files and SQL', () => {
  const body = bodyOf(pageOf())
  expect(body).toContain('1 alarm')
  expect(body).toContain('12 min 34 s')
  expect(body).toContain('156.25')
  expect(body).toMatch(/<td>pressure_high<\/td>\s*<td>low<\/td>/)
  expect(body).toContain('alarm limit 150.')
  expect(body).toContain('2 sources')
  expect(body.match(/<svg/g)).toHaveLength(2)
  expect(body).toContain('45.0 kB')
  expect(body).toContain('<code>SELECT 1</code>')
  expect(body).toContain('10,800 rows')
})

test('says what it leaves out', () => {
  expect(bodyOf(pageOf({ hasMoreSources: true }))).toContain('The first 2 sources')
  expect(bodyOf(pageOf({ alarmCount: 5000 }))).toMatch(/5,000 alarms[^]*The first 1 are listed/)
})

test('a table without readings, numbers, limits, sources or partitions has a page that says so', () => {
  const empty = bodyOf(
    pageOf({
      rows: 0n,
      first: null,
      last: null,
      columns: [],
      sources: [],
      alarms: [],
      alarmCount: 0,
      days: [],
    }),
  )
  expect(empty).toContain('No readings in this range.')
  expect(empty).toContain('The table has no numeric column to draw.')
  expect(empty).not.toMatch(/alarm|source|NaN|undefined|Infinity|null/i)
  const plain = bodyOf(
    pageOf({
      columns: [{ name: 'x', limits: [], windows: windowsOf([null]) }],
      days: [{ day: '', files: 2, bytes: 10 }],
    }),
  )
  expect(plain).toContain('x: no values')
  expect(plain).toContain('no partition')
  expect(plain).not.toMatch(/NaN|undefined|Infinity/)
})

test('texts are shown, never run, and no text ends the element that it is in', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '</script><script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "'&amp;<!--",
      '${1}',
    ),
  )
  const pageWith = (text: string) =>
    pageOf({
      table: text,
      comment: text,
      location: text,
      columns: reportOf().columns.map((column) => ({ ...column, name: text, comment: text })),
      sources: reportOf().sources.map((source) => ({ ...source, name: text })),
      alarms: reportOf().alarms.map((alarm) => ({
        ...alarm,
        rule: text,
        severity: text,
        column: text,
        source: text,
      })),
      statements: [{ title: text, sql: text }],
    })
  const elements = (page: string) => bodyOf(page).match(/<\/?[a-z]\w*/g)
  fc.assert(
    fc.property(hostile, (text) => {
      const page = pageWith(text)
      expect(dataOf(page).columns.map(({ name }) => name)).toEqual([text, text])
      expect(elements(page)).toEqual(elements(pageWith('plain')))
      expect(page.match(/<script/g)).toHaveLength(3)
    }),
    { numRuns: 200 },
  )
})

test('loads nothing from anywhere', () => {
  const page = pageOf()
  expect(page).toContain(`default-src 'none'`)
  expect(bodyOf(page)).not.toMatch(/(?:src|href)="(?!data:)/)
  expect(page).not.toMatch(/url\(|@import/)
})
