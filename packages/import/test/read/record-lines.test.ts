import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordLines } from '../../src/read/record-lines.js'
import { filesWith } from '../read-files.js'

const layout = { quote: '"', delimiter: ',', skippedLines: 1, skipsBlank: true }

async function linesOf(
  text: string,
  rows: number[],
  records: number[] = [],
  given: Partial<typeof layout> = {},
) {
  const [path] = await filesWith({ 'a.csv': text })
  return recordLines(path as string, { ...layout, ...given }, { rows, records })
}

test('counts blank lines and line ends within quotes', async () => {
  const text = 'a,b\n1,2\n\n"x\r\ny\n",3\r\n4,"say ""hi\n"""\n5,6'
  expect(await linesOf(text, [0, 1, 2, 3])).toEqual({ rows: [2, 4, 7, 9], records: [] })
})

test('does not count malformed lines as rows', async () => {
  const text = 'a,b\n1,2\n3\n\n4,5\n'
  expect(await linesOf(text, [0, 1], [3])).toEqual({ rows: [2, 5], records: [3] })
})

test('reads a quote within an unquoted field as an ordinary character', async () => {
  expect(await linesOf('a,b\nx"y,1\nx""y,2\n,"\n",3\n4,5\n', [0, 1, 2, 3])).toEqual({
    rows: [2, 3, 4, 6],
    records: [],
  })
})

test('skips a byte order mark, and without a quote counts every line as a record', async () => {
  expect(await linesOf('\u{FEFF}"a\nb",c\n1,2\n', [0], [], { skippedLines: 2 })).toEqual({
    rows: [3],
    records: [],
  })
  const lines = { quote: '', delimiter: '', skippedLines: 0, skipsBlank: false }
  expect(await linesOf('{"a":1}\n\n{"b":"x', [0, 1, 2], [], lines)).toEqual({ rows: [1, 2, 3], records: [] })
})

const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'ä'), maxLength: 5 })
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

test('finds the line of every row with quoted fields, wherever chunks end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field), { maxLength: 40 }), async (rows) => {
      let text = 'a,b\n'
      const expected: number[] = []
      for (const fields of rows) {
        expected.push(text.split('\n').length)
        text += `${fields.map(quoted).join(',')}\n`
      }
      const found = await linesOf(text, [...rows.keys()])
      expect(found.rows).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})
