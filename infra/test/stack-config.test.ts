import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { completeEnvFile, credentialNames } from '../src/env-file.js'
import { readStackConfig } from '../src/stack-config.js'
import { temporaryFolder } from './temporary-folder.js'

const envFileWith = async (lines = '') => {
  const envFile = join(await temporaryFolder(), '.env')
  await completeEnvFile(envFile, {})
  await writeFile(envFile, lines, { flag: 'a' })
  return envFile
}

test('takes versions and ports from stack.env', async () => {
  const config = await readStackConfig({ envFile: await envFileWith(), environment: {} })
  expect(config).toMatchObject({
    versions: { trino: '476', metastore: '3.1.3' },
    ports: { minio: 9000, console: 9001, postgres: 5433, metastore: 9083, trino: 8080 },
    region: 'us-east-1',
  })
  expect(config.variables).toMatchObject({
    TRINO_PORT: '8080',
    LAKE_ACCESS_KEY: config.lake.accessKeyId,
    QUERY_ACCESS_KEY: config.query.accessKeyId,
    QUERY_SECRET_KEY: config.query.secretAccessKey,
    METASTORE_DB_PASSWORD: config.databasePassword,
  })
})

test('.env overrides stack.env, and the environment overrides both unless its variable is empty', async () => {
  const envFile = await envFileWith('TRINO_PORT=1111\nMINIO_PORT=2222\nMETASTORE_PORT=3333\n')
  const environment = { MINIO_PORT: '4444', METASTORE_PORT: '', HOME: '/home/somebody' }
  const { ports, variables } = await readStackConfig({ envFile, environment })
  expect(ports).toMatchObject({ minio: 4444, console: 9001, postgres: 5433, metastore: 3333, trino: 1111 })
  expect(variables).toMatchObject({ MINIO_PORT: '4444' })
  expect(variables).not.toHaveProperty('HOME')
})

test('rejects two parts on the same port', async () => {
  await expect(
    readStackConfig({ envFile: await envFileWith(), environment: { TRINO_PORT: '9000' } }),
  ).rejects.toThrow(new RangeError('TRINO_PORT expected a port other than that of MINIO_PORT, got 9000'))
})

test.each(['MINIO_ROOT_USER', 'LAKE_ACCESS_KEY'])(
  'rejects a query user with the name of %s',
  async (other) => {
    const environment = { [other]: 'the-same', QUERY_ACCESS_KEY: 'the-same' }
    await expect(readStackConfig({ envFile: await envFileWith(), environment })).rejects.toThrow(
      new RangeError(
        `QUERY_ACCESS_KEY expected a name other than that of ${other}, got the same: each user has its own permissions`,
      ),
    )
  },
)

test('credentials are optional for callers that start nothing', async () => {
  const envFile = join(await temporaryFolder(), '.env')
  await expect(readStackConfig({ envFile, environment: {} })).rejects.toThrow('minilake up creates one')
  const { ports } = await readStackConfig({ envFile, environment: {}, credentials: 'optional' })
  expect(ports.trino).toBe(8080)
})

test.each(['0', '65536', '80.5', 'http', '-1'])('rejects %s as a port', async (TRINO_PORT) => {
  await expect(
    readStackConfig({ envFile: await envFileWith(), environment: { TRINO_PORT } }),
  ).rejects.toThrow(new RangeError(`TRINO_PORT expected a port from 1 to 65535, got ${TRINO_PORT}`))
})

test.each([
  ['MINIO_ROOT_USER', 'xy', '3 to 64 characters, got 2'],
  ['MINIO_ROOT_PASSWORD', 'geheim', '8 to 64 characters, got 6'],
  ['MINIO_ROOT_PASSWORD', 'geheim:geheim', 'no colon, got one'],
  ['LAKE_ACCESS_KEY', 'geheim-geheim-geheim-geheim', '3 to 20 characters, got 27'],
  ['LAKE_SECRET_KEY', 'geheim', '8 to 40 characters, got 6'],
  ['QUERY_ACCESS_KEY', 'geheim-geheim-geheim-geheim', '3 to 20 characters, got 27'],
  ['QUERY_SECRET_KEY', 'geheim', '8 to 40 characters, got 6'],
])('%s rejects %s without repeating it in the message', async (name, value, reason) => {
  const envFile = await envFileWith()
  const error: unknown = await readStackConfig({ envFile, environment: { [name]: value } }).catch(
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(RangeError)
  expect(String(error)).toBe(`RangeError: ${name} expected ${reason}`)
})

test('names a missing credential and the file it belongs in', async () => {
  const envFile = join(await temporaryFolder(), '.env')
  await expect(readStackConfig({ envFile, environment: {} })).rejects.toThrow(
    `${credentialNames[0]} expected a value in ${envFile}, got none`,
  )
})
