import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { finished, type Minilake, processIn, startMinilake } from './run-minilake.js'
import { emptyLake, killPart, stackFolder, storeOf } from './stack-folder.js'

// These kill parts of the running stack, and start them again by `minilake up --native`.

const stack = inject('stack')
const variables = { MINILAKE_PROFILE: 'stack', MINILAKE_STACK_FOLDER: stack.folder }
let folder: string
let minilake: Minilake
beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder, minilake } = await stackFolder(stack, variables))
  await minilake('generate', '--days', '20')
})
afterAll(async () => {
  // Whatever a failed test has left down: other files need the stack.
  await processIn(folder, { ...variables, TZ: 'Asia/Kathmandu' })('up', '--native')
  await emptyLake(stack)
  await rm(folder, { recursive: true, force: true })
}, 240_000)

const kill = (part: string, signal?: NodeJS.Signals) => killPart(stack, part, signal)

const notRunning = (part: string) =>
  `${part} of the local stack is not running: minilake up --native starts what is missing`

/** Whether MinIO is named: a failed file names the endpoint, a failed command the part. */
const namesMinio = (text: string) => text.includes(stack.endpoint) || text.includes(notRunning('MinIO'))

/** Brings the stack up again, in the zone that its servers live in. */
async function up(...started: string[]) {
  const run = await processIn(folder, { ...variables, TZ: 'Asia/Kathmandu' })('up', '--native', '--json')
  expect(run.code, run.stderr).toBe(0)
  const { started: found, parts } = JSON.parse(run.stdout) as {
    started: string[]
    parts: { state: string }[]
  }
  expect(found).toEqual(started)
  expect(parts.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready', 'ready'])
}

test('up of a running stack changes nothing, and says so', async () => {
  const run = await minilake('up', '--native')
  expect(run).toMatchObject({ code: 0 })
  expect(run.stderr).toBe('nothing to start: the stack is up\nnext: minilake demo --profile stack\n')
  expect(run.stdout.match(/ ready /g)).toHaveLength(4)
  expect((await minilake('status', '--native')).stdout).toBe(run.stdout)
})

describe('MinIO', () => {
  test('killed while files are published: an error that names it, and a rerun completes', async () => {
    const ingest = startMinilake(folder, ['ingest'], variables)
    ingest.stdin.end()
    const ended = finished(ingest)
    const store = storeOf(stack)
    for (;;) {
      let objects = 0
      for await (const _object of store.list('pump/')) objects += 1
      if (objects >= 1) break
      await wait(5)
    }
    await kill('minio')
    const { code, stderr } = await ended
    expect([code, namesMinio(stderr)], stderr).toEqual([1, true])

    const again = await minilake('ingest')
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toBe(`minilake: ${notRunning('MinIO')}\n`)
    expect((await minilake('catalog')).stderr).toBe(`minilake: ${notRunning('MinIO')}\n`)
    await up('minio')
    expect(await minilake('ingest')).toMatchObject({ code: 0 })
    expect((await minilake('ingest')).stderr).toContain('nothing new to publish: 20 files unchanged')
    expect((await minilake('catalog')).code).toBe(0)
    expect((await minilake('verify', '--table', 'pump')).code).toBe(0)
  })

  test('killed while a folder is watched: new files are published and registered when it is back', async () => {
    const fleet = ['generate', '--table', 'pump_daily', '--pumps', '4', '--out', 'watched']
    await minilake(...fleet, '--days', '5')
    const watching = startMinilake(folder, ['ingest', 'watched', '--watch'], variables)
    watching.stdin.end()
    let said = ''
    watching.stderr.on('data', (text: string) => (said += text))
    const ended = finished(watching)
    const published = async () => {
      let objects = 0
      for await (const _object of storeOf(stack).list('pump_daily/')) objects += 1
      return objects
    }
    while (!said.includes('pump_daily: 5 new partitions')) await wait(100)
    await kill('minio')
    await minilake(...fleet, '--days', '10')
    while (!namesMinio(said)) await wait(100)
    await up('minio')
    while (said.split('pump_daily: 5 new partitions').length < 3) await wait(100)
    expect(await published()).toBe(40)
    watching.kill('SIGINT')
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(/stopped watching watched\/: 40 files published\n$/),
    ])
    expect((await minilake('verify', '--table', 'pump_daily')).code).toBe(0)
  }, 180_000)
})

describe('the metastore', () => {
  test('killed: a query says so before Trino does, and works again after', async () => {
    await kill('metastore')
    const asked = await minilake('query', 'sql', 'SELECT count(*) FROM hive.iot_dw.pump')
    expect(asked).toMatchObject({ code: 1, stdout: '' })
    expect(asked.stderr).toBe(`minilake: ${notRunning('the Hive Metastore')}\n`)
    const doctor = await minilake('doctor')
    expect([doctor.code, doctor.stderr]).toEqual([
      1,
      `metastore failed: ${notRunning('the Hive Metastore')}\n`,
    ])
    await up('metastore')
    expect(await minilake('query', 'sql', 'SELECT count(*) AS n FROM hive.iot_dw.pump')).toMatchObject({
      code: 0,
    })
  }, 120_000)
})

describe('Trino', () => {
  test('killed while a query runs: an error that names it, and the same query works again after', async () => {
    const sql = ['query', 'sql', 'SELECT * FROM hive.iot_dw.pump', '--format', 'csv']
    const query = startMinilake(folder, sql, variables)
    query.stdin.end()
    query.stdout.once('data', () => void kill('trino'))
    const { code, stderr } = await finished(query)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Trino (at|of the local stack) /)])

    const again = await minilake('query', 'hourly')
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toBe(`minilake: ${notRunning('Trino')}\n`)
    expect((await minilake('doctor')).stderr).toMatch(/^Trino failed: /)
    await up('trino')
    expect(await minilake('query', 'hourly', '--quiet')).toMatchObject({ code: 0, stderr: '' })
  }, 240_000)
})

test('PostgreSQL killed: up waits until it has recovered, and the catalog is complete', async () => {
  await kill('postgres')
  const status = await minilake('status')
  expect(status.code).toBe(1)
  expect(status.stderr).toContain(`table pump cannot be read: ${notRunning('PostgreSQL')}\n`)
  expect((await minilake('doctor')).stderr).toBe(`metastore failed: ${notRunning('PostgreSQL')}\n`)
  await up('postgres')
  expect((await minilake('verify', '--table', 'pump')).code).toBe(0)
  expect((await minilake('catalog')).stdout).toMatch(/^nothing new: /)
}, 120_000)

test.each([
  ['minio', ['ingest'], 'MinIO of the local stack does not answer'],
  ['minio', ['catalog'], 'MinIO of the local stack does not answer'],
  ['metastore', ['query', 'hourly'], 'the Hive Metastore of the local stack does not answer'],
  ['trino', ['query', 'hourly'], 'Trino (of the local stack does not answer|at .* gave no answer for 8 s)'],
])(
  '%s that is frozen: %o names it within the time-out, and works again after',
  async (part, args, sentence) => {
    const impatient = processIn(folder, { ...variables, MINILAKE_STACK_TIMEOUT_SECONDS: '8' })
    await kill(part, 'SIGSTOP')
    const begin = performance.now()
    const { code, stderr } = await impatient(...args).finally(() => kill(part, 'SIGCONT'))
    expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^minilake: ${sentence}`))])
    expect(performance.now() - begin).toBeLessThan(30_000)
    expect((await minilake(...args)).code).toBe(0)
  },
  120_000,
)

describe('up and down', () => {
  test('down stops every part, a second down does nothing, and up brings the data back', async () => {
    expect(await minilake('down', '--native')).toMatchObject({
      code: 0,
      stdout: 'stopped trino, metastore, minio, postgres\n',
    })
    expect(await minilake('down', '--native')).toMatchObject({ code: 0, stdout: 'nothing to stop\n' })
    expect((await minilake('status', '--native')).stdout.match(/ stopped /g)).toHaveLength(4)
    await up('postgres', 'minio', 'metastore', 'trino')
    expect((await minilake('verify', '--table', 'pump')).code).toBe(0)
  }, 240_000)

  test('without Docker, up suggests --native', async () => {
    const { code, stdout, stderr } = await processIn(folder, { ...variables, PATH: '/nowhere' })('up')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('or run the stack without Docker: minilake up --native')
  })

  test('up refuses addresses of other machines', async () => {
    const elsewhere = { ...variables, MINILAKE_STACK_TRINO: 'https://trino.example.org' }
    expect(await processIn(folder, elsewhere)('up', '--native')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('profiles.stack.trino expected an http address of this machine'),
    })
  })
})
