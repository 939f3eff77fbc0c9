import { copyFile, mkdtemp, readFile, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freeSql, type SqlEngine } from '@minilake/analytics'
import { trinoEngine } from '@minilake/analytics/trino'
import { s3Store } from '@minilake/ingest/s3'
import { lakeNames, qualifiedName, quoteLiteral } from '@minilake/schema'
import { type Minilake, processIn } from './run-minilake.js'

/** The running stack, as far as these tests look at it (tools/test-stack.ts starts it). */
export interface TestStack {
  folder: string
  envFile: string
  endpoint: string
  bucket: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  administrator: { accessKeyId: string; secretAccessKey: string }
  trino: string
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: TestStack
  }
}

/** A fresh folder whose `.env` leads minilake to the running stack, which is its profile there. It is the caller's to remove. */
export async function stackFolder(
  stack: TestStack,
  variables: NodeJS.ProcessEnv = {},
): Promise<{ folder: string; minilake: Minilake }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'minilake-stack-test-')))
  await copyFile(stack.envFile, join(folder, '.env'))
  return { folder, minilake: processIn(folder, { MINILAKE_PROFILE: 'stack', ...variables }) }
}

/** The running stack's bucket, by the user that publishes. */
export function storeOf({ bucket, endpoint, credentials }: TestStack) {
  return s3Store({ bucket, endpoint, credentials })
}

/** The same by the administrator, who may remove what is there. */
export function administratorStoreOf({ bucket, endpoint, administrator: credentials }: TestStack) {
  return s3Store({ bucket, endpoint, credentials })
}

/** The variables by which minilake runs as the administrator. */
export function administratorVariables({ administrator }: TestStack) {
  return {
    AWS_ACCESS_KEY_ID: administrator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
  }
}

/** The running stack's Trino. */
export function engineOf({ trino }: TestStack) {
  return trinoEngine({ url: trino, user: 'minilake' })
}

/** Removes every object and every table of the running stack, whoever left them. */
export async function emptyLake(stack: TestStack): Promise<void> {
  const engine = engineOf(stack)
  await unregisterIcebergTables(engine) // DROP SCHEMA … CASCADE of the catalog hive refuses them
  const store = administratorStoreOf(stack)
  for await (const { key } of store.list('')) await store.remove(key)
  const schema = qualifiedName(lakeNames.catalog, lakeNames.schema)
  await engine.execute(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  await engine.close()
}

async function unregisterIcebergTables(engine: SqlEngine): Promise<void> {
  const schema = quoteLiteral(lakeNames.schema)
  const tables = `SELECT table_name AS name FROM iceberg.system.iceberg_tables WHERE table_schema = ${schema}`
  const unregister = (name: string) =>
    `CALL iceberg.system.unregister_table(${schema}, ${quoteLiteral(name)})`
  for await (const { name } of engine.query(freeSql(tables))) await engine.execute(unregister(String(name)))
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Kills a part of the running stack as a crash would, or sends it another signal; `minilake up --native` starts it again. */
export async function killPart(
  { folder }: TestStack,
  part: string,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const record = await readFile(join(folder, 'run', `${part}.json`), 'utf8')
  const { pid } = JSON.parse(record) as { pid: number }
  process.kill(pid, signal)
  await wait(500)
  if (signal !== 'SIGKILL') return
  // Only what has been reaped is gone for the others, too: PostgreSQL does not start beside a process of its lock file.
  for (let waits = 0; waits < 300 && isThere(pid); waits++) await wait(100)
}
