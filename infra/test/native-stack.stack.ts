import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { nativeStack, readEnvFile, readStackConfig } from '../src/index.js'

interface TestStack {
  folder: string
  envFile: string
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: TestStack
  }
}

const { folder, envFile } = inject('stack')
const config = await readStackConfig({ envFile, environment: {} })
const stack = nativeStack({ config, folder, environment: process.env })
const running = { onStep: () => {}, signal: new AbortController().signal }

test('up does not start parts that are already running', async () => {
  const before = await stack.status()
  expect(before.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready', 'ready'])
  expect(await stack.up(running)).toEqual([])
  expect(await stack.status()).toEqual(before)
})

test('up restarts only the parts whose settings have changed', { timeout: 400_000 }, async () => {
  const before = await stack.status()
  const processOf = (parts: typeof before) =>
    Object.fromEntries(parts.map(({ name, detail }) => [name, detail]))
  const rotated = {
    ...config,
    query: { ...config.query, secretAccessKey: 'another-secret-of-the-query-user' },
  }
  const other = nativeStack({ config: rotated, folder, environment: process.env })
  const steps: string[] = []
  try {
    expect(await other.up({ ...running, onStep: (line) => steps.push(line) })).toEqual(['metastore', 'trino'])
    expect(steps).toContain('stopping trino: its settings have changed since it started')
    const { postgres, minio, metastore, trino } = processOf(await other.status())
    expect({ postgres, minio }).toEqual({
      postgres: processOf(before).postgres,
      minio: processOf(before).minio,
    })
    expect([metastore, trino]).not.toContain(processOf(before).metastore)
    expect(await other.up(running)).toEqual([])
  } finally {
    expect(await stack.up(running)).toEqual(['metastore', 'trino'])
  }
})

test('every part listens on the loopback interface only', async () => {
  const ports = new Set(Object.values(config.ports))
  const found = new Set<number>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readFile(table, 'utf8')).split('\n').slice(1, -1)) {
      const [, local = '', , state] = line.trim().split(/\s+/)
      const [address = '', port = ''] = local.split(':')
      if (state !== '0A' || !ports.has(Number.parseInt(port, 16))) continue
      found.add(Number.parseInt(port, 16))
      // 127.0.0.1, ::ffff:127.0.0.1 and ::1 in the kernel's notation.
      expect(['0100007F', '0000000000000000FFFF00000100007F', '00000000000000000000000001000000']).toContain(
        address,
      )
    }
  }
  expect(found).toEqual(ports)
})

test('logs, records and arguments contain no credential', async () => {
  const secrets = Object.entries(await readEnvFile(envFile)).filter(([name]) => /PASSWORD|SECRET/.test(name))
  expect(secrets).toHaveLength(4)
  const texts: [string, string][] = []
  for (const name of ['logs', 'run']) {
    for (const file of await readdir(join(folder, name))) {
      texts.push([file, await readFile(join(folder, name, file), 'utf8')])
      if (name !== 'run') continue
      const { pid } = JSON.parse(texts.at(-1)?.[1] ?? '') as { pid: number }
      texts.push([`arguments of ${file}`, await readFile(`/proc/${pid}/cmdline`, 'utf8')])
    }
  }
  expect(texts.length).toBeGreaterThanOrEqual(12)
  for (const [where, text] of texts) {
    for (const [name, value] of secrets)
      expect(text.includes(value as string), `${name} in ${where}`).toBe(false)
  }
})

test('only the owner can read the file with the credentials', async () => {
  expect((await stat(envFile)).mode & 0o777).toBe(0o600)
})
