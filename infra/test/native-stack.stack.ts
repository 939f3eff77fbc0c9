import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { nativeStack, readEnvFile, readStackConfig } from '../src/index.js'
import { corePartNames, partNames } from '../src/local-stack.js'
import { configurationVariables } from '../src/native-part.js'
import { runProgram } from '../src/run-program.js'

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

beforeAll(async () => {
  await stack.up({ ...running, extras: ['kafka'] })
}, 400_000)

test('a stack has Kafka once up was asked for it, and keeps it', async () => {
  expect((await stack.status()).map(({ name }) => name)).toEqual(partNames)
  const other = nativeStack({ config, folder: join(folder, 'other'), environment: process.env })
  expect((await other.status()).map(({ name }) => name)).toEqual(corePartNames)
})

test('up does not start parts that are already running', async () => {
  const before = await stack.status()
  expect(before.map(({ state }) => state)).toEqual(partNames.map(() => 'ready'))
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
  expect(secrets).toHaveLength(5)
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

test('servers get only the variables that they need', async () => {
  // Trino's launcher sets the last four itself.
  const allowed =
    /^(PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+|(MINIO|KAFKA)_\w+|SHLVL|PWD|PROCNAME|LD_PRELOAD)$/
  const known = new Set(Object.keys(configurationVariables(config)))
  expect(Object.keys(process.env).some((name) => !allowed.test(name))).toBe(true)
  for (const part of partNames) {
    const { pid } = JSON.parse(await readFile(join(folder, 'run', `${part}.json`), 'utf8')) as { pid: number }
    const names = (await readFile(`/proc/${pid}/environ`, 'utf8'))
      .split('\0')
      .map((line) => line.split('=')[0] ?? '')
    const others = names.filter((name) => name !== '' && !allowed.test(name) && !known.has(name))
    expect(others, part).toEqual([])
  }
})

test(
  'another user of this machine can read and write nothing in the stack but its programs',
  { timeout: 120_000 },
  async () => {
    const below = async (name: string) => {
      const entries = await readdir(join(folder, name), { recursive: true })
      return [name, ...entries.map((entry) => join(name, entry))]
    }
    const secrets = [
      '.minilake-stack',
      ...(await below('logs')),
      ...(await below('run')),
      ...(await below('data')),
    ]
    // What other users may pass through: PostgreSQL's own user has to.
    const paths = secrets.filter((path) => path !== 'data').map((path) => join(folder, path))
    for (const kind of ['.minio.sys', 'postgresql.conf', 'minio.log', 'trino.json'])
      expect(
        paths.some((path) => path.includes(kind)),
        kind,
      ).toBe(true)
    const program = join(folder, 'programs', `minio-${config.versions.minio}`, 'minio')
    const script =
      'while IFS= read -r path; do if [ -r "$path" ] || [ -w "$path" ]; then printf "%s\\n" "$path"; fi; done'
    const found = await asAnotherUser(script, `${[...paths, envFile, program].join('\n')}\n`)
    expect(found.trim().split('\n')).toEqual([program])
    expect(await asAnotherUser(`ls ${join(folder, 'data')} 2>/dev/null || echo closed`)).toBe('closed\n')
  },
)

/** Runs a shell script as a user who owns nothing here. Rejects, and fails the test, where this process may not switch user. */
async function asAnotherUser(script: string, input = ''): Promise<string> {
  const shell = ['sh', '-c', `[ "$(id -u)" != ${process.getuid?.()} ] || exit 9; ${script}`] as const
  const options = { env: { PATH: process.env.PATH }, cwd: '/', input }
  if (process.getuid?.() === 0) {
    const account = { uid: 65534, gid: 65534 }
    return runProgram(shell[0], shell.slice(1), { ...options, account })
  }
  return runProgram('sudo', ['--non-interactive', '--user', 'nobody', ...shell], options)
}
