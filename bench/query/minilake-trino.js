// usage: node minilake-trino.js '{ "url", "user", "sql", "as" }': asks Trino with our client.
import { freeSql } from '@minilake/analytics'
import { trinoEngine } from '@minilake/analytics/trino'
import { versionOf } from '../ingest/version.js'
import { countRows, timedQuery } from './timed-query.js'

const { url, user, sql, as } = JSON.parse(process.argv[2])
const engine = trinoEngine({ url, user })
await timedQuery(
  () => {
    const rows = engine.query(freeSql(sql))
    return as === 'batches' ? countRows(rows.batches(), ({ rowCount }) => rowCount) : countRows(rows)
  },
  { version: versionOf('@minilake/analytics') },
)
await engine.close()
