import { expect, test } from 'vitest'
import { configText } from '../../src/config/config-template.js'
import { tableText } from '../../src/config/table-text.js'

const description = {
  columns: [
    { name: 'at', type: 'timestamp', nullable: false },
    { name: 'v', type: 'double', nullable: true },
  ],
  time: 'at',
  source: { delimiter: ';', timeFormat: '%d.%m.%Y', map: { "it's": 'v', 'a\n`${b}`\u2028': 'at' } },
  open: [{ option: 'zone', choices: ['UTC', 'Europe/Berlin'] }],
  leftOut: [],
} as const

test('a definition says what is to be filled in, and quotes every name', () => {
  const { text } = tableText(structuredClone(description) as never, { name: 'pump_1', file: 'a.csv' })
  expect(text).toContain(`partitions: { event_date: { from: 'at', by: 'day' } },`)
  expect(text).toContain(`map: { ['it\\'s']: 'v', ['a\\n\`\${b}\`\\u2028']: 'at' },`)
  expect(text).toContain(
    `// zone: 'UTC' or 'Europe/Berlin', // fill in, the file cannot tell: its times state no zone`,
  )
})

test('a given value takes the place of what is to be filled in', () => {
  const given = { zone: 'UTC', timeFormat: undefined }
  const table = tableText(structuredClone(description) as never, { name: 'pump_1', file: 'a.csv', given })
  expect(table.text).toContain(`zone: 'UTC',`)
  expect(table.text).toContain(`timeFormat: '%d.%m.%Y',`)
  expect(table.text).not.toContain('fill in')
  expect(configText(table)).toContain('tables: [readings]')
})
