import { pump } from '@minilake/schema'
import { expect, test } from 'vitest'
import { tableSummary } from '../../src/index.js'

test('a table summary is exactly this SQL', () => {
  expect(tableSummary(pump).sql).toMatchInlineSnapshot(`
    "SELECT count(*) AS "rows", min("event_timestamp") AS "first", max("event_timestamp") AS "last"
    FROM "hive"."iot_dw"."pump""
  `)
})
