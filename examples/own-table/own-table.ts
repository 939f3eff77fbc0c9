// A sensor table of your own, end to end: define it once, write rows, import a file, query both.
import { writeFile } from 'node:fs/promises'
import { hourlyAverages } from '@minilake/analytics'
import { openLake } from '@minilake/lake'
import { defineTable } from '@minilake/schema'

const greenhouse = defineTable({
  name: 'greenhouse',
  comment: 'one reading per sensor and minute',
  columns: {
    event_timestamp: { type: 'timestamp', comment: 'time of the reading, UTC' },
    sensor_id: { type: 'varchar' },
    temperature: { type: 'double', comment: '°C', nullable: true },
    humidity: { type: 'double', comment: '% relative', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['sensor_id', 'event_timestamp'],
})

const lake = await openLake({ tables: [greenhouse] })

// Rows from your own program: any iterable, also an endless-looking async one, in bounded memory.
async function* readings() {
  const start = Date.parse('2026-03-01T00:00:00Z')
  for (let minute = 0; minute < 180; minute++) {
    yield await Promise.resolve({
      event_timestamp: new Date(start + minute * 60_000),
      sensor_id: 'north',
      temperature: 18 + Math.round(40 * Math.sin(minute / 30)) / 10,
      humidity: minute % 60 === 0 ? null : 55,
    })
  }
}
const written = await lake.write(greenhouse, readings())
console.log(`wrote ${written.rows} rows to ${written.keys.join(', ')}`)

// Rows from a file, with its own column names, zone and text for a missing value.
await writeFile(
  'south.csv',
  'Time;Sensor;Temp;RH\n2026-03-01 01:00;south;21.5;48\n2026-03-01 01:30;south;-;47\n',
)
const imported = await lake.import(greenhouse, ['south.csv'], {
  map: { Time: 'event_timestamp', Sensor: 'sensor_id', Temp: 'temperature', RH: 'humidity' },
  zone: 'Europe/Berlin',
  nullText: '-',
})
console.log(`imported ${imported.rows} rows`)

for await (const { hour, avg_temperature, avg_humidity } of lake.query(
  hourlyAverages(greenhouse, ['temperature', 'humidity']),
)) {
  console.log(hour.toISOString(), avg_temperature?.toFixed(2), avg_humidity?.toFixed(2))
}
await lake.close()
