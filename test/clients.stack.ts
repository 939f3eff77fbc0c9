import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HourTruth } from '@minilake/generator'
import { columnsOf, pump } from '@minilake/schema'
import { chromium } from 'playwright-core'
import { beforeAll, expect, inject, test } from 'vitest'
import { readEnvFile } from '../infra/src/env-file.js'
import { runProgram } from '../infra/src/run-program.js'
import { readStackConfig } from '../infra/src/stack-config.js'
import { browserProgram, jarFromMaven, javaProgram } from './clients/client-program.js'
import { type DemoLake, demoLake } from './demo-lake.js'

const stack = inject('stack')
const { host } = new URL(stack.trino)
// The JVMs of the clients live in a zone that is neither UTC nor the tests'.
const inKathmandu = '-Duser.timezone=Asia/Kathmandu'

let lake: DemoLake
let trinoVersion: string
beforeAll(async () => {
  lake = await demoLake(stack)
  trinoVersion = (await readStackConfig({ envFile: stack.envFile, environment: process.env })).versions.trino
  return () => lake.remove()
}, 300_000)

interface HourRow {
  hour: string
  avg_pressure: number
  avg_speed: number
}

test(
  'JDBC finds schemas, tables, columns and comments, and reads the hourly averages',
  { timeout: 300_000 },
  async () => {
    const jar = await jarFromMaven(`io.trino:trino-jdbc:${trinoVersion}`, await freshFolder())
    const { database, user } = await dbeaverConnection()
    const [, first] = lake.hours as [HourTruth, HourTruth]
    const last = lake.hours.at(-1) as HourTruth
    const output = await runProgram(
      await javaProgram(),
      [
        ...[inKathmandu, '-cp', jar, 'test/clients/ReadLake.java', `jdbc:trino://${host}/${database}`, user],
        ...[wallClock(first.hour), wallClock(last.hour)],
      ],
      { env: process.env },
    )
    const found = rowsOf(output) as { is: string }[]
    const all = (is: string) => found.filter((row) => row.is === is)

    expect(all('driver')).toEqual([{ is: 'driver', version: trinoVersion }])
    expect(all('schema')).toContainEqual({ is: 'schema', name: 'iot_dw' })
    expect(all('table')).toContainEqual({ is: 'table', name: 'pump', remarks: null })
    expect(all('comment')).toContainEqual({ is: 'comment', table: 'pump', comment: pump.comment })
    expect(all('column')).toEqual(
      columnsOf(pump).map(([name, { type, comment }]) => ({
        is: 'column',
        name,
        type: type === 'timestamp' ? 'timestamp(3)' : type,
        remarks: comment,
      })),
    )
    const hours = all('hour') as unknown as (HourRow & { text: string })[]
    expectAverages(
      hours.map((row) => ({ ...row, hour: row.text })),
      lake.hours.slice(1, -1),
    )
    expect(hours.map(({ hour }) => hour)).toEqual(
      lake.hours.slice(1, -1).map(({ hour }) => hour.slice(0, 'YYYY-MM-DDTHH:MM'.length)),
    )
  },
)

test(
  'the Trino CLI gives the truth, from our table and from one made by hand',
  { timeout: 300_000 },
  async () => {
    const jar = await jarFromMaven(`io.trino:trino-cli:${trinoVersion}:jar:executable`, await freshFolder())
    const java = await javaProgram()
    const trinoAs = async (user: string, ...args: string[]) => {
      const options = ['--server', stack.trino, '--user', user, '--output-format', 'JSON', ...args]
      return rowsOf(await runProgram(java, [inKathmandu, '-jar', jar, ...options], { env: process.env }))
    }
    const trino = (...args: string[]) => trinoAs('minilake', ...args)
    const expectTruth = async () => {
      const found = await trino('--file', 'test/clients/analytics.sql')
      const hours = found.filter((row) => 'hour' in row) as unknown as HourRow[]
      const alarms = found.filter((row) => 'event_timestamp' in row) as unknown as {
        event_timestamp: string
        pressure: number
      }[]
      expectAverages(hours, lake.hours)
      expect(found.filter((row) => '_col0' in row)).toEqual([{ _col0: alarmRowsOf(lake.hours) }])
      expect(alarms).toHaveLength(alarmRowsOf(lake.hours))
      expect(alarms.filter(({ pressure }) => !(pressure > 150))).toEqual([])
      const times = alarms.map(({ event_timestamp }) => event_timestamp)
      expect(times).toEqual(times.toSorted())
      expect(countByHour(times)).toEqual(
        Object.fromEntries(
          lake.hours
            .filter(({ alarmRows }) => alarmRows.pressure)
            .map(({ hour, alarmRows }) => [wallClock(hour), alarmRows.pressure]),
        ),
      )
    }
    await expectTruth()
    await expect(trinoAs('minilake-query', '--file', 'test/clients/own-table.sql')).rejects.toThrow(
      'Access Denied: Cannot drop table',
    )
    await expect(trinoAs('somebody', '--file', 'test/clients/analytics.sql')).rejects.toThrow('Access Denied')
    try {
      await trino('--file', 'test/clients/own-table.sql')
      await expectTruth()
      await lake.minilake('verify')
      const report = JSON.parse(await lake.minilake('catalog', '--json')) as object
      expect(report).toMatchObject({ changes: ['table hive.iot_dw.pump: 4 new comments'], differences: [] })
    } finally {
      await trino('--execute', 'DROP TABLE IF EXISTS hive.iot_dw.pump')
      await lake.minilake('catalog')
    }
  },
)

test('the Trino Web UI lets a person in by name alone and shows a query', { timeout: 120_000 }, async () => {
  const marker = `web ui ${process.pid} ${Date.now()}`
  await lake.minilake('query', 'sql', `SELECT /* ${marker} */ count(*) AS readings FROM hive.iot_dw.pump`)
  const browser = await chromium.launch({
    executablePath: await browserProgram(),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  })
  try {
    const page = await browser.newPage()
    // Its pages ask for fonts from elsewhere.
    await page.route(
      ({ origin }) => origin !== stack.trino,
      (route) => route.abort(),
    )
    await page.goto(`${stack.trino}/ui`)
    expect(await page.locator('input[type=password]').getAttribute('readonly')).not.toBeNull()
    await page.locator('input[name=username]').fill('minilake')
    await page.locator('button[type=submit]').click()
    await page.locator('#query-list').waitFor()
    await page.getByRole('button', { name: 'Finished' }).click()
    await page.locator('#query-list').getByText(marker).waitFor({ timeout: 30_000 })
  } finally {
    await browser.close()
  }
})

test('docs/clients.md and the connection for DBeaver say what is tested here', async () => {
  const page = await readFile('docs/clients.md', 'utf8')
  for (const name of ['analytics', 'own-table']) {
    expect(page).toContain(`\`\`\`sql\n${await readFile(`test/clients/${name}.sql`, 'utf8')}\`\`\``)
  }
  const { TRINO_VERSION, TRINO_PORT } = await readEnvFile('infra/stack.env')
  const versions = [...page.matchAll(/trino-(?:cli|jdbc)[:/-](\d+)/g)].map(([, version]) => version)
  expect(versions.length).toBeGreaterThan(2)
  expect(new Set(versions)).toEqual(new Set([TRINO_VERSION]))

  const connection = await dbeaverConnection()
  expect(connection).toMatchObject({ host: '127.0.0.1', port: TRINO_PORT })
  // DBeaver makes a URL of host, port and database as its driver for Trino says.
  expect(page).toContain(`jdbc:trino://${connection.host}:${connection.port}/${connection.database}`)
  expect(connection.user).toBe('minilake')
  for (const [command] of page.matchAll(/^java -jar trino-cli.*$/gm))
    expect(command).toContain('--user minilake')
  for (const url of page.matchAll(/https?:\/\/127\.0\.0\.1:(\d+)/g)) expect(url[1]).toBe(TRINO_PORT)
})

/** The attributes of the one connection of docs/dbeaver-connection.xml. */
async function dbeaverConnection(): Promise<Record<'host' | 'port' | 'database' | 'user', string>> {
  const xml = await readFile('docs/dbeaver-connection.xml', 'utf8')
  const elements = [...xml.matchAll(/<connection (.*?)\/>/gs)]
  expect(elements).toHaveLength(1)
  const attributes = [...(elements[0]?.[1] ?? '').matchAll(/(\w+)="([^"]*)"/g)]
  return Object.fromEntries(attributes.map(([, name, value]) => [name, value])) as Record<
    'host' | 'port' | 'database' | 'user',
    string
  >
}

/** Hours as a client gives them, against sum and count of the simulation. */
function expectAverages(found: readonly HourRow[], expected: readonly HourTruth[]): void {
  expect(found.map(({ hour }) => hour)).toEqual(
    expected.map(({ hour }) => `${wallClock(hour).replace('T', ' ')}.000`),
  )
  for (const [index, { columns }] of expected.entries()) {
    const row = found[index] as HourRow
    for (const name of ['pressure', 'speed'] as const) {
      const { sum, count } = columns[name] as { sum: number; count: number }
      expect(Math.abs(row[`avg_${name}`] / (sum / count) - 1), `${name} in ${row.hour}`).toBeLessThan(1e-12)
    }
  }
}

function alarmRowsOf(hours: readonly HourTruth[]): number {
  return hours.reduce((rows, { alarmRows }) => rows + (alarmRows.pressure ?? 0), 0)
}

function countByHour(times: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const time of times) {
    const hour = `${time.slice(0, 'YYYY-MM-DD HH'.length).replace(' ', 'T')}:00:00`
    counts[hour] = (counts[hour] ?? 0) + 1
  }
  return counts
}

/** An instant of the truth as the UTC wall clock without a zone: `2026-01-01T00:00:00`. */
function wallClock(instant: string): string {
  return instant.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)
}

function rowsOf(output: string): Record<string, unknown>[] {
  const lines = output.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

function freshFolder(): Promise<string> {
  return mkdtemp(join(lake.folder, 'jar-'))
}
