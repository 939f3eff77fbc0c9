import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { openMessages } from '../src/index.js'

const turbine = defineTable({
  name: 'turbine',
  columns: {
    event_timestamp: { type: 'timestamp' },
    power: { type: 'double' },
    note: { type: 'varchar', nullable: true },
  },
})

const at = (second: number) => `2026-01-01T00:00:0${second}Z`
const good = (second: number, more = {}) =>
  JSON.stringify({ event_timestamp: at(second), power: second, ...more })

async function read(messages: (string | null)[], options = {}) {
  const bytes = messages.map((text) => (text === null ? null : Buffer.from(text, 'latin1')))
  const readings = await openMessages(turbine, bytes, { name: 'topic', ...options })
  const powers: number[] = []
  for await (const { columns } of readings.batches()) powers.push(...columns.power)
  await readings.close()
  return { powers, bad: readings.report.bad.map(({ line, reason }) => `${line}: ${reason}`) }
}

test('a message that does not fit is a bad row with its number, whatever it is', async () => {
  const messages = [
    '\x1f\x8b\x08 packed',
    good(1),
    null,
    '',
    '[{"power": 1}]',
    good(2).replaceAll(',', ',\r\n'),
    '{"event_timestamp": "2026-01-01", "power": "fast"}',
    '{"power": 3}',
    good(3, { Note: 'other case' }),
    good(4, { colour: 'red' }),
    good(5).replace('}', ', "note": "\xff\xfe"}'),
    '{"event_timestamp": 5, "power": 3}',
    good(6),
    '{"power": 1, "power": 2}',
  ]
  const { powers, bad } = await read(messages)
  expect(powers).toEqual([1, 2, 3, 6])
  expect(bad.map((text) => text.replace(/:.*/, ''))).toEqual([
    '1',
    '3',
    '4',
    '5',
    '7',
    '8',
    '10',
    '11',
    '12',
    '14',
  ])
  expect(bad[6]).toBe('10: expected no keys but columns of the table')
})

test('messages may all be bad', async () => {
  expect((await read(['', '1', '{}'])).bad).toHaveLength(3)
})

test('the rows of a message do not depend on the others', async () => {
  const variants = [
    good(1),
    good(2, { NOTE: 'a' }),
    '{"Event_Timestamp": "2026-01-01T00:00:03Z", "POWER": 3}',
  ]
  const together = await read(variants)
  const alone = await Promise.all(variants.map((each) => read([each])))
  expect(together.powers).toEqual([1, 2, 3])
  expect(alone.flatMap(({ powers }) => powers)).toEqual([1, 2, 3])
})

test('columns are mapped and further keys ignored on request', async () => {
  const message = '{"ts": 1767225601000, "power": 1, "colour": "red"}'
  const options = { map: { ts: 'event_timestamp' }, timeFormat: 'epoch-ms', ignoreExtra: true }
  expect(await read([message], options)).toEqual({ powers: [1], bad: [] })
})
