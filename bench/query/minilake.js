// usage: node minilake.js '{ "question", "lake", "days", "as" }': asks an embedded lake.
import { alarmEpisodes, hourlyAverages, windows } from '@minilake/analytics'
import { openLake } from '@minilake/lake'
import { millisPerDay } from '@minilake/schema'
import { versionOf } from '../ingest/version.js'
import { placeOf, readings, start } from './readings-lake.js'
import { countRows, timedQuery } from './timed-query.js'

const { question, lake: folder, days, as } = JSON.parse(process.argv[2])
const day = start + Math.floor(days / 2) * millisPerDay
const queries = {
  'hourly average': hourlyAverages(readings, ['pressure', 'speed']),
  'p95 by device and day': windows(readings, {
    every: 'day',
    by: ['pump_id'],
    select: { pressure: ['p95'] },
  }),
  'alarm episodes': alarmEpisodes(readings, {
    ...{ column: 'pressure', above: 150, deadband: 0, onDelaySeconds: 0, offDelaySeconds: 0 },
  }),
  'one day by hour': hourlyAverages(readings, ['pressure', 'speed'], {
    from: new Date(day),
    to: new Date(day + millisPerDay),
  }),
  '1 M × 4 rows':
    'SELECT event_timestamp, pressure, velocity, speed FROM hive.iot_dw.pump_daily LIMIT 1000000',
}
const lake = await openLake(placeOf(folder))
await timedQuery(
  () => {
    const rows = lake.query(queries[question])
    return as === 'batches' ? countRows(rows.batches(), ({ rowCount }) => rowCount) : countRows(rows)
  },
  { version: versionOf('@minilake/lake') },
)
await lake.close()
