import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readText } from '../read-files.js'
import { micros, turbine } from '../turbine.js'

const time = '2026-01-01T00:00:00Z'
const first = micros(time)
const object = (power: number) => `{"event_timestamp":"${time}","power":${power}}`

test.each([
  ['a.ndjson', `${object(1)}${object(2)}`],
  ['a.ndjson', `${object(1)} ${object(2)}\n`],
  ['a.ndjson', `\u001e${object(1)}\n\u001e${object(2)}\n`.replaceAll('\u001e', '')],
  ['a.json', `[${object(1)},${object(2)}]`],
  ['a.json', `[\n  ${object(1)},\n  ${object(2)}\n]\n`],
  ['unknown', ` [ ${object(1)}, ${object(2)}]`],
  ['a.jsonl', JSON.stringify(JSON.parse(object(1)), null, 2) + '\n' + object(2)],
])('%s with %j is read', async (name, text) => {
  expect((await readText(turbine, name, text)).rows).toEqual([
    [first, null, 1],
    [first, null, 2],
  ])
})

test('a bad object has its number', async () => {
  const text = `[${object(1)},${object(2).replace('2}', '"x"}')},\n3]`
  const { rows, report } = await readText(turbine, 'a.json', text, { maxBadRows: 2 })
  expect(rows).toEqual([[first, null, 1]])
  expect(report.bad).toMatchObject([{ line: 2, column: 'power', value: 'x' }, { line: 3 }])
})

test.each([`${object(1)}{"event_timestamp`, `${object(1)},`, `[${object(1)}`])(
  '%j is refused',
  async (text) => {
    await expect(readText(turbine, 'a.ndjson', text)).rejects.toThrow('expected a JSON object')
  },
)

test('any objects read back, however they are laid out', async () => {
  const rows = fc.array(
    fc.tuple(
      fc.string({ unit: fc.constantFrom('a', '"', '{', '}', '[', ']', '\n', ',', 'ü') }),
      fc.integer(),
    ),
    { minLength: 1 },
  )
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.boolean(),
      fc.constantFrom(0, 2),
      fc.constantFrom('', ' ', '\n'),
      async (all, isArray, indent, gap) => {
        const objects = all.map(([site, power]) =>
          JSON.stringify({ event_timestamp: time, site, power }, null, indent),
        )
        const text = isArray ? `[${gap}${objects.join(`,${gap}`)}${gap}]` : objects.join(gap)
        expect((await readText(turbine, 'a.json', text)).rows).toEqual(
          all.map(([site, power]) => [first, site, power]),
        )
      },
    ),
    { numRuns: 15 },
  )
})
