import { mkdir, readdir } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { completeEnvFile } from '../src/env-file.js'
import { nativeStack } from '../src/native-stack.js'
import { readStackConfig } from '../src/stack-config.js'
import { temporaryFolder, writeJdk, writeProgram } from './temporary-folder.js'

const options = { onStep: () => {}, signal: new AbortController().signal }

const configWith = async (folder: string, environment = {}) => {
  const envFile = join(folder, '.env')
  await completeEnvFile(envFile, {})
  return readStackConfig({ envFile, environment })
}

test('names everything missing on the machine once, in one sentence, and creates nothing', async () => {
  const home = await temporaryFolder()
  const folder = join(home, 'stack')
  const stack = nativeStack({ config: await configWith(home), folder, environment: { PATH: '', HOME: home } })
  const error: unknown = await stack.up(options).catch((error: unknown) => error)
  expect(String(error)).toMatch(/^Error: the native stack cannot start, missing on this machine: .+$/)
  expect(String(error).match(/apt-get install golang/g)).toHaveLength(1)
  expect(String(error).match(/apt-get install maven/g)).toHaveLength(1)
  expect(await readdir(home)).toEqual(['.env'])
})

test('names a port that is in use, and the variable that changes it', async () => {
  const home = await temporaryFolder()
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const config = await configWith(home, { POSTGRES_PORT: String(port) })

  // Everything needed is in place, so nothing is downloaded.
  const folder = join(home, 'stack')
  const { versions } = config
  for (const name of [`minio-${versions.minio}`, `mc-${versions.mc}`]) {
    await mkdir(join(folder, 'programs', name), { recursive: true })
  }
  await mkdir(join(folder, 'programs', `metastore-${versions.metastore}`))
  await mkdir(join(folder, 'programs', `trino-${versions.trino}`))
  const PATH = join(home, 'bin')
  for (const name of ['go', 'mvn', 'initdb']) await writeProgram(join(PATH, name))
  await writeProgram(join(PATH, 'id'), '#!/bin/sh\necho 70000\n')
  await writeJdk(join(home, '.sdkman', 'candidates', 'java', '17'), '17.0.1')
  await writeJdk(join(home, '.sdkman', 'candidates', 'java', '25'), '25')

  const stack = nativeStack({ config, folder, environment: { PATH, HOME: home } })
  await expect(stack.up(options)).rejects.toThrow(
    `postgres cannot start: another program uses port ${port} (stop it, or set POSTGRES_PORT in .env to another port)`,
  )
})

test('reports every part as stopped if nothing is running, and down has nothing to stop', async () => {
  const home = await temporaryFolder()
  const config = await configWith(home)
  const stack = nativeStack({ config, folder: join(home, 'stack'), environment: {} })
  expect(await stack.status()).toEqual([
    { name: 'postgres', state: 'stopped', where: '127.0.0.1:5433', detail: '' },
    expect.objectContaining({ name: 'minio', state: 'stopped' }),
    expect.objectContaining({ name: 'metastore', state: 'stopped' }),
    expect.objectContaining({ name: 'trino', state: 'stopped' }),
  ])
  expect(await stack.down({ volumes: true })).toEqual([])
})

test('down changes nothing in a folder without a stack', async () => {
  const home = await temporaryFolder()
  await mkdir(join(home, 'data', 'postgres'), { recursive: true })
  const config = await configWith(home)
  const stack = nativeStack({ config, folder: home, environment: {} })
  expect(await stack.data()).toEqual([])
  expect(await stack.down({ volumes: true })).toEqual([])
  expect((await readdir(home)).toSorted()).toEqual(['.env', 'data'])
  await expect(stack.up(options)).rejects.toThrow(
    'has a folder data/ that minilake did not create (with postgres',
  )
  expect((await readdir(home)).toSorted()).toEqual(['.env', 'data'])
})
