// A typed query over Parquet files in S3, through Trino. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use the AWS SDK's profiles.
import { hourlyAverages } from '@minilake/analytics'
import { openLake } from '@minilake/lake'
import { pump } from '@minilake/schema'

const lake = await openLake({
  tables: [pump],
  profile: 'stack',
  profiles: {
    stack: {
      location: 's3://iot-time-series/',
      endpoint: process.env.S3_ENDPOINT ?? 'http://127.0.0.1:9000',
      trino: process.env.TRINO_URL ?? 'http://127.0.0.1:8080',
    },
  },
})
const query = hourlyAverages(pump, ['pressure'], { from: new Date('2026-01-01'), to: new Date('2026-01-02') })
for await (const { hour, avg_pressure } of lake.query(query)) {
  console.log(hour.toISOString(), avg_pressure?.toFixed(1)) // Date, number | null: inferred from the table
}
await lake.close()
