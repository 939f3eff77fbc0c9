import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshFolder, type Minilake } from './run-minilake.js'

const time = { event_timestamp: { type: 'timestamp' } }
const columns = { ...time, power: { type: 'double' }, note: { type: 'varchar', nullable: true } }

/** A lake with a table of two days, and a way to change its definition. */
async function freshLake() {
  const { folder, minilake } = await freshFolder()
  const define = (changed: object) =>
    writeFile(
      join(folder, 'minilake.config.json'),
      JSON.stringify({
        tables: [
          {
            name: 'turbine',
            columns: changed,
            partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
          },
        ],
      }),
    )
  await define(columns)
  const csv = [1, 2].map((day) => `2026-01-0${day}T00:00:00Z,${day},a\n2026-01-0${day}T01:00:00Z,2.5,b\n`)
  await writeFile(join(folder, 'a.csv'), `event_timestamp,power,note\n${csv.join('')}`)
  await minilake('import', 'a.csv')
  return { folder, minilake, define }
}

const keys = async (minilake: Minilake) =>
  (JSON.parse((await minilake('files', '--json')).stdout) as { key: string }[]).map(({ key }) => key)

describe('rewrite', () => {
  test('lists, rewrites on --yes, and then finds nothing', async () => {
    const { minilake, define } = await freshLake()
    await define({ ...time, load: { type: 'real' } })
    const refused = await minilake('query', 'sql', 'SELECT load FROM hive.iot_dw.turbine')
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('with minilake rewrite --table turbine, or undo the change'),
    })
    const flags = ['rewrite', '--table', 'turbine', '--map', 'power=load', '--drop', 'note']
    const listed =
      / 2 data files of turbine \(4 rows, .* kB\):\n {2}turbine\/event_date=2026-01-01\/ {2}1 file, 2 rows, .*\n.*\n$/
    const would = await minilake(...flags)
    expect(would).toMatchObject({ code: 0, stderr: 'every value fits; --yes rewrites them\n' })
    expect(would.stdout).toMatch(new RegExp(`^would rewrite${listed.source}`))
    const done = await minilake(...flags, '--yes')
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(new RegExp(`^rewrote${listed.source}`))
    const again = 'nothing to rewrite: 2 data files of turbine have the columns of its definition\n'
    expect(await minilake(...flags, '--yes')).toMatchObject({ code: 0, stdout: again, stderr: '' })
    const read = await minilake(
      ...['query', 'sql', 'SELECT sum(load) AS s FROM hive.iot_dw.turbine', '--format', 'csv'],
    )
    expect(read.stdout).toBe('s\n8\n')
  })

  test('rows that do not fit are listed, and nothing changes', async () => {
    const { minilake, define } = await freshLake()
    await define({ ...columns, power: { type: 'integer' } })
    const files = (await minilake('files', '--format', 'csv')).stdout
    const refused = await minilake('rewrite', '--yes')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(
      /^\S+turbine\/event_date=2026-01-01\/import-\w+\.parquet, line 2, power: expected a whole number of 32 bits, got "2\.5"\n.*2026-01-02.*\nminilake: nothing was rewritten: 2 rows do not fit\n$/,
    )
    const { stdout, stderr } = await minilake('rewrite', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      badRows: 2,
      bad: [{ column: 'power', value: '2.5', line: 2 }, {}],
    })
    expect(stderr).toContain('nothing was rewritten: 2 rows do not fit')
    expect((await minilake('files', '--format', 'csv')).stdout).toBe(files)
  })

  test.each<[string[], number, string]>([
    [['--map', 'power'], 2, 'Expected a name in the file and one of the table'],
    [
      ['--map', 'power=lod'],
      2,
      '--map of power expected a column of table turbine (event_timestamp, load), got lod',
    ],
    [['--drop', 'load'], 2, '--drop expected columns that table turbine lacks, got load'],
    [
      ['--map', 'power=load', '--drop', 'power'],
      2,
      '--drop expected columns that --map does not rename, got power',
    ],
    [['--table', 'turbin'], 2, 'did you mean turbine'],
    [
      ['--map', 'power=load'],
      1,
      'has columns that table turbine lacks: note; rename a column with --map, or give its values up with --drop',
    ],
    [
      [],
      1,
      'has no column for load of table turbine, which is not nullable: the file has event_timestamp, power, note; rename one with --map',
    ],
  ])('%j is refused', async (flags, code, sentence) => {
    const { minilake, define } = await freshLake()
    await define({ ...time, load: { type: 'double' } })
    expect(await minilake('rewrite', '--yes', ...flags)).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringContaining(sentence),
    })
  })

  test('simulated files become files of the table, and their truth goes', async () => {
    const { minilake, folder } = await freshFolder()
    await minilake('generate', '--table', 'pump', '--days', '1', '--interval', '1h')
    await minilake('ingest')
    const before = await keys(minilake)
    const pump = {
      name: 'pump',
      columns: {
        ...time,
        pressure: { type: 'double' },
        velocity: { type: 'double' },
        speed: { type: 'double', nullable: true },
      },
    }
    await writeFile(join(folder, 'minilake.config.json'), JSON.stringify({ tables: [pump] }))
    expect(await minilake('rewrite', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^rewrote 1 data file of pump \(24 rows/),
    })
    expect(await keys(minilake)).toEqual(before)
    expect(await minilake('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('24 rows of 1 file'),
    })
    expect((await minilake('ingest')).stderr).toContain('1 file in conflict') // the file in out has the former shape
  })
})
