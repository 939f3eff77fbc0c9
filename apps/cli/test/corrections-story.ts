import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Minilake } from './run-minilake.js'

const columns = {
  event_timestamp: { type: 'timestamp' },
  turbine_id: { type: 'varchar' },
  power: { type: 'double', nullable: true },
}
const turbine = {
  name: 'turbine',
  columns,
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
  key: ['turbine_id', 'event_timestamp'],
}

/** Two days of hourly readings in UTC that do not say so. */
const january = hourly('2026-01-05', 48)
const february = hourly('2026-02-01', 48)

function hourly(day: string, hours: number): string {
  const times = Array.from({ length: hours }, (_, hour) =>
    new Date(Date.parse(day) + hour * 3_600_000).toISOString().slice(0, 19).replace('T', ' '),
  )
  return `event_timestamp,turbine_id,power\n${times.map((time, hour) => `${time},t1,${hour}\n`).join('')}`
}

/**
 * What docs/corrections.md tells: a newcomer imports files with wrong zones, takes the imports back, replaces days, removes one, adds a
 * column, and imports a file again.
 */
export async function correctionsStory(
  folder: string,
  minilake: Minilake,
  format: 'hive' | 'iceberg' = 'hive',
): Promise<void> {
  const define = (table: object) =>
    writeFile(join(folder, 'minilake.config.json'), JSON.stringify({ tables: [{ ...table, format }] }))
  const done = async (...args: string[]) => {
    const { code, stdout, stderr } = await minilake(...args)
    expect(code, stdout + stderr).toBe(0)
    return stdout + stderr
  }
  const importFile = (name: string, ...more: string[]) =>
    done('import', `${name}.csv`, '--table', 'turbine', ...more)
  const sql = async (text: string) =>
    JSON.parse((await minilake('query', 'sql', text, '--format', 'json')).stdout) as Record<string, unknown>[]
  const rowsPerDay = async () => {
    const day = 'CAST(CAST(event_timestamp AS DATE) AS VARCHAR)' // an Iceberg table has no column event_date
    const days = await sql(
      `SELECT ${day} AS day, count(*) AS n FROM hive.iot_dw.turbine GROUP BY 1 ORDER BY 1`,
    )
    return days.map(({ day, n }) => [day, n])
  }
  const importId = (said: string) => /import ([0-9a-f]{16})/.exec(said)?.[1] as string
  const right = [
    ['2026-01-05', 24],
    ['2026-01-06', 24],
  ]
  await define(turbine)
  await writeFile(join(folder, 'january.csv'), january)
  await writeFile(join(folder, 'february.csv'), february)

  // Too far east, then too far west: each wrong import is found by the warning of the right one, and taken back.
  for (const [zone, outside] of [
    ['Asia/Tokyo', '2026-01-04'],
    ['America/New_York', '2026-01-07'],
  ] as const) {
    const wrong = importId(await importFile('january', '--zone', zone))
    const said = await importFile('january', '--zone', 'UTC')
    expect(said).toContain('event_date=2026-01-05 already had ')
    expect((await rowsPerDay()).map(([day]) => day)).toContain(outside)
    expect(await done('remove', '--table', 'turbine', '--import', wrong)).toContain('--yes removes it')
    await done('remove', '--table', 'turbine', '--import', wrong, '--yes')
    expect(await rowsPerDay()).toEqual(right)
    expect(await importFile('january', '--zone', 'UTC')).toContain('nothing new: 2 files unchanged')
    await done('remove', '--table', 'turbine', '--import', importId(said), '--yes')
    expect(await rowsPerDay()).toEqual([])
  }

  // The same by replacing the days, which says which days beside them still hold rows of the wrong import.
  for (const [zone, outside] of [
    ['Asia/Tokyo', '2026-01-04'],
    ['America/New_York', '2026-01-07'],
  ] as const) {
    const wrong = importId(await importFile('january', '--zone', zone))
    const said = await importFile('january', '--zone', 'UTC', '--mode', 'overwrite-partitions')
    expect(said).toMatch(new RegExp(`event_date=${outside}.*${wrong}`))
    await done('remove', '--table', 'turbine', '--from', outside, '--to', outside, '--yes')
    expect(await rowsPerDay()).toEqual(right)
  }

  await importFile('february', '--zone', 'UTC')
  await done('remove', '--table', 'turbine', '--from', '2026-02-02', '--to', '2026-02-02', '--yes')
  expect(await rowsPerDay()).toEqual([...right, ['2026-02-01', 24]])

  await define({ ...turbine, columns: { ...columns, note: { type: 'varchar', nullable: true } } })
  await done('catalog')
  await writeFile(
    join(folder, 'note.csv'),
    'event_timestamp,turbine_id,power,note\n2026-01-05T00:30:00Z,t1,1,calibrated\n',
  )
  await importFile('note')
  expect(await sql('SELECT note, count(*) AS n FROM hive.iot_dw.turbine GROUP BY note ORDER BY n')).toEqual([
    { note: 'calibrated', n: 1 },
    { note: null, n: 72 },
  ])
  expect(await importFile('january', '--zone', 'UTC')).toContain('nothing new: 2 files unchanged')
  expect(await done('verify')).toContain('turbine')
  expect((await minilake('doctor')).code).toBe(0)
}
