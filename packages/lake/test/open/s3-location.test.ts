import { describe, expect, test } from 'vitest'
import { openLake, UsageError } from '../../src/index.js'
import { s3Location } from '../../src/open/s3-location.js'
import { turbine } from '../turbine.js'

const arn = 'arn:aws:s3:eu-central-1:123456789012:accesspoint/readings'

describe('s3Location', () => {
  test.each([
    ['s3://iot-time-series/', 'iot-time-series', ''],
    ['s3://iot-time-series/team/lake/', 'iot-time-series', 'team/lake/'],
    ['s3a://iot-time-series/a=b/ü/', 'iot-time-series', 'a=b/ü/'],
    [`s3://${arn}/`, arn, ''],
    [`s3://${arn}/team/lake/`, arn, 'team/lake/'],
    [`s3://${arn.replace('/', ':')}/team/`, arn.replace('/', ':'), 'team/'],
  ])('reads %s', (location, bucket, keyPrefix) => {
    expect(s3Location(location, 'location')).toEqual({ bucket, keyPrefix })
  })

  test.each(['gs://iot-time-series/', 's3://iot-time-series//', 's3://iot-time-series/a//b/', 's3:///a/'])(
    'refuses %s',
    (location) => {
      expect(() => s3Location(location, 'profiles.stack.location (MINILAKE_STACK_LOCATION)')).toThrow(
        new UsageError(
          `profiles.stack.location (MINILAKE_STACK_LOCATION) expected a bucket or a folder in one, such as s3://iot-time-series/ or s3://iot-time-series/team/lake/, got ${location}`,
        ),
      )
    },
  )
})

describe('a lake in S3', () => {
  // Nothing listens there: a request would fail with another error.
  const closed = { endpoint: 'http://127.0.0.1:9', trino: 'http://127.0.0.1:9' }
  const lakeAt = (location: string) =>
    openLake({ profile: 'stack', tables: [turbine], profiles: { stack: { ...closed, location } } })

  test('has the location of its folder, and tables below it', async () => {
    const lake = await lakeAt('s3://iot-time-series/team/lake')
    expect(lake.store.location).toBe('s3://iot-time-series/team/lake')
    const statements = (await lake.statements()).join('\n')
    expect(statements).toContain(`WITH (location = 's3://iot-time-series/team/lake/iot_dw/')`)
    expect(statements).toContain(`external_location = 's3://iot-time-series/team/lake/turbine/'`)
    await lake.close()
  })

  test.each([
    ['gs://iot-time-series/', /^profiles\.stack\.location \(openLake\) expected a bucket or a folder in one/],
    ['s3://Iot/', /^profiles\.stack\.location \(openLake\): bucket expected 3 to 63 lowercase letters/],
    ['s3://iot-time-series/../x/', /^profiles\.stack\.location \(openLake\): keyPrefix expected names/],
  ])('cannot be opened at %s', async (location, sentence) => {
    const failure: unknown = await lakeAt(location).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UsageError)
    expect((failure as Error).message).toMatch(sentence)
  })

  test('refuses to register tables over an access point, which no table can have as its location', async () => {
    const lake = await lakeAt(`s3://${arn}/team/`)
    expect(lake.store.location).toBe(`s3://${arn}/team`)
    const sentence = /expected a location that Trino can read, .* use the access point's alias/
    await expect(lake.register()).rejects.toThrow(sentence)
    await expect(lake.write(turbine, [])).rejects.toThrow(sentence)
    await expect(lake.statements()).rejects.toThrow(UsageError)
    await lake.close()
  })

  test('registers nothing over a bucket that does not answer', async () => {
    const lake = await lakeAt('s3://iot-time-series/team/lake/')
    await expect(lake.register()).rejects.toThrow(/^cannot list s3:\/\/iot-time-series\/team\/lake\/: /)
    await lake.close()
  })
})
