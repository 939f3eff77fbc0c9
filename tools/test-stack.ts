import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { completeEnvFile, nativeStack, readEnvFile, readStackConfig } from '../infra/src/index.js'

/** A running stack, as the stack tests find it: `inject('stack')`. */
export interface TestStack {
  /** Its programs, data and logs. */
  folder: string
  /** A file with its ports and credentials; beside a config file as `.env`, it leads minilake to this stack. */
  envFile: string
  /** URL of MinIO's S3. */
  endpoint: string
  /** Name of the lake's bucket. */
  bucket: string
  /** Keys of the user that publishes: it may read and write the lake's bucket, and remove hardly anything. */
  credentials: { accessKeyId: string; secretAccessKey: string }
  /** Keys of the user that removes and replaces: not below `iot_dw/`. */
  maintainer: { accessKeyId: string; secretAccessKey: string }
  /** Keys of MinIO's administrator. */
  administrator: { accessKeyId: string; secretAccessKey: string }
  /** URL of Trino. */
  trino: string
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: TestStack
  }
}

/**
 * Starts a native stack for the stack tests and stops it after them. Where `MINILAKE_TEST_STACK` names a folder, the stack of that
 * folder is used, and keeps running for the next run. Its servers and the tests live in two zones that are not UTC.
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  process.env.TZ = 'America/St_Johns'
  const kept = process.env.MINILAKE_TEST_STACK
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'minilake-stack-')))
  if (kept === undefined) await chmod(folder, 0o711) // where root runs this, PostgreSQL's own user must get in
  const envFile = join(folder, '.env')
  if (!existsSync(envFile)) await writeFile(envFile, testUsers(), { mode: 0o600 })
  await completeEnvFile(envFile, {})
  const known = await readEnvFile(envFile)
  await appendFile(envFile, await freePorts(portNames.filter((name) => !known[name])))
  const environment = { ...process.env, TZ: 'Asia/Kathmandu' }
  const config = await readStackConfig({ envFile, environment: {} })
  const stack = nativeStack({ config, folder, environment })
  const stop = async () => {
    if (kept !== undefined) return
    await stack.down({ volumes: true })
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await stack.up({ onStep: (line) => console.log(line), signal: AbortSignal.timeout(20 * 60_000) })
  } catch (error) {
    await stop()
    throw error
  }
  const { administrator, lake, maintain, ports } = config
  provide('stack', {
    folder,
    envFile,
    endpoint: `http://127.0.0.1:${ports.minio}`,
    bucket: 'iot-time-series',
    credentials: lake,
    maintainer: maintain,
    administrator: { accessKeyId: administrator.user, secretAccessKey: administrator.password },
    trino: `http://127.0.0.1:${ports.trino}`,
  })
  return stop
}

/** Names of users that no path contains, so that a test that looks for them finds only leaks. */
function testUsers(): string {
  const names = ['MINIO_ROOT_USER', 'LAKE_ACCESS_KEY', 'MAINTAIN_ACCESS_KEY', 'QUERY_ACCESS_KEY']
  return names.map((name) => `${name}=user-${randomBytes(6).toString('hex')}\n`).join('')
}

const portNames = [
  ...['MINIO_PORT', 'MINIO_CONSOLE_PORT', 'POSTGRES_PORT', 'METASTORE_PORT', 'TRINO_PORT'],
  ...['KAFKA_PORT', 'KAFKA_CONTROLLER_PORT'],
]

/** A line for each of these ports, none of them in use. */
async function freePorts(names: readonly string[]): Promise<string> {
  const servers = names.map(() => createServer().listen(0, '127.0.0.1'))
  const lines: string[] = []
  for (const [index, server] of servers.entries()) {
    await new Promise((resolve) =>
      server.listening ? resolve(undefined) : server.once('listening', resolve),
    )
    lines.push(`${names[index]}=${(server.address() as { port: number }).port}\n`)
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return lines.join('')
}
