import { lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { completeEnvFile, credentialNames, readEnvFile } from '../src/env-file.js'
import { temporaryFolder } from './temporary-folder.js'

const fresh = async (text?: string) => {
  const path = join(await temporaryFolder(), '.env')
  if (text !== undefined) await writeFile(path, text)
  return path
}

test('reads no variables if there is no file', async () => {
  expect(await readEnvFile(await fresh())).toEqual({})
})

test('reads no variables from a folder of that name', async () => {
  expect(await readEnvFile(await temporaryFolder())).toEqual({})
})

test('creates the file with every credential, readable by its owner only; a second run changes nothing', async () => {
  const path = await fresh()
  expect(await completeEnvFile(path, {})).toEqual(credentialNames)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const made = await readEnvFile(path)
  expect(Object.keys(made).sort()).toEqual([...credentialNames].sort())
  for (const name of [
    'MINIO_ROOT_PASSWORD',
    'LAKE_SECRET_KEY',
    'MAINTAIN_SECRET_KEY',
    'QUERY_SECRET_KEY',
    'METASTORE_DB_PASSWORD',
  ]) {
    expect(made[name], name).toMatch(/^[0-9a-f]{32}$/)
  }
  expect(new Set(Object.values(made)).size).toBe(credentialNames.length)

  expect(await completeEnvFile(path, {})).toEqual([])
  expect(await readEnvFile(path)).toEqual(made)
})

test.each(['TRINO_PORT=8081\nLAKE_ACCESS_KEY=mine', 'TRINO_PORT=8081\nLAKE_ACCESS_KEY=mine\n'])(
  'appends missing credentials to existing lines: %j',
  async (text) => {
    const path = await fresh(text)
    expect(await completeEnvFile(path, {})).toEqual(
      credentialNames.filter((name) => name !== 'LAKE_ACCESS_KEY'),
    )
    expect((await stat(path)).mode & 0o777).toBe(0o600) // even if others could read it before
    expect((await readFile(path, 'utf8')).startsWith(`${text.trim()}\n`)).toBe(true)
    expect(await readEnvFile(path)).toMatchObject({ TRINO_PORT: '8081', LAKE_ACCESS_KEY: 'mine' })
  },
)

test.each([
  ['a single user', ['MAINTAIN', 'QUERY']],
  ['two users', ['MAINTAIN']],
])('adds the missing users to a file of the version with %s, beside its data', async (_, users) => {
  const path = await fresh()
  await completeEnvFile(path, {})
  const all = await readFile(path, 'utf8')
  const before = all.replaceAll(new RegExp(`^(${users.join('|')})_.*\n`, 'gm'), '')
  await writeFile(path, before)
  const added = users.flatMap((user) => [`${user}_ACCESS_KEY`, `${user}_SECRET_KEY`])
  expect(await completeEnvFile(path, {}, { data: ['data/postgres'] })).toEqual(added)
  expect((await readFile(path, 'utf8')).startsWith(before)).toBe(true)
  for (const user of users) expect((await readEnvFile(path))[`${user}_SECRET_KEY`]).toMatch(/^[0-9a-f]{32}$/)
})

test('treats an empty value as missing, so it fills in a copy of .env.example', async () => {
  const path = await fresh(await readFile(new URL('../.env.example', import.meta.url), 'utf8'))
  expect(await completeEnvFile(path, { LAKE_SECRET_KEY: '' })).toEqual(credentialNames)
  expect(Object.values(await readEnvFile(path)).filter((value) => value === '')).toEqual([])
  expect(await completeEnvFile(path, {})).toEqual([])
})

test('does not write credentials that the environment has', async () => {
  const path = await fresh()
  const environment = Object.fromEntries(credentialNames.map((name) => [name, 'from outside']))
  expect(await completeEnvFile(path, environment)).toEqual([])
  expect(await readEnvFile(path)).toEqual({})
})

test('callers at the same time agree on one set of secrets', async () => {
  const path = await fresh('TRINO_PORT=8081\n')
  const made = await Promise.all(Array.from({ length: 8 }, () => completeEnvFile(path, {})))
  expect(made.flat().toSorted()).toEqual(credentialNames.toSorted())
  const text = await readFile(path, 'utf8')
  for (const name of credentialNames) expect(text.split(`${name}=`)).toHaveLength(2)
  expect(await readdir(dirname(path))).toEqual(['.env'])
})

test('takes over the lock of a process that died', async () => {
  const path = await fresh()
  await writeFile(`${path}.lock`, JSON.stringify({ pid: process.pid, began: 'earlier' }))
  expect(await completeEnvFile(path, {})).toEqual(credentialNames)
  expect(await readdir(dirname(path))).toEqual(['.env'])
})

test('edits the file that a link leads to', async () => {
  const path = await fresh()
  await writeFile(`${path}.shared`, 'TRINO_PORT=8081\n')
  await symlink(`${path}.shared`, path)
  await completeEnvFile(path, {})
  expect((await lstat(path)).isSymbolicLink()).toBe(true)
  expect(await readFile(`${path}.shared`, 'utf8')).toMatch(/^TRINO_PORT=8081\n#[^]*METASTORE_DB_PASSWORD=/)
})

test('creates no new password for an existing database, and says what to do', async () => {
  const path = await fresh('TRINO_PORT=8081\n')
  const existing = { data: ['.minilake/data/postgres'], removal: 'minilake down --native --volumes --yes' }
  await expect(completeEnvFile(path, {}, existing)).rejects.toThrow(
    "the stack's data (.minilake/data/postgres) belong to a METASTORE_DB_PASSWORD that was in .env, which now has none: put the former .env back, or remove the data with minilake down --native --volumes --yes",
  )
  expect(await readFile(path, 'utf8')).toBe('TRINO_PORT=8081\n')
  expect(await completeEnvFile(path, { METASTORE_DB_PASSWORD: 'known' }, existing)).toContain(
    'QUERY_SECRET_KEY',
  )
})
