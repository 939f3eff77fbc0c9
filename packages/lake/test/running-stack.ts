import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freeSql, type SqlEngine } from '@minilake/analytics'
import { trinoEngine } from '@minilake/analytics/trino'
import { s3Store } from '@minilake/ingest/s3'
import { lakeNames, qualifiedName, quoteLiteral, type Table } from '@minilake/schema'
import { resolveSettings } from '../src/config/resolve-settings.js'
import { stackSettings } from '../src/config/stack-settings.js'
import type { OpenLakeOptions } from '../src/index.js'
import type { LakeBackend } from '../src/lake-backend.js'
import { stackLake } from '../src/open/stack-lake.js'

/** The running stack, as far as these tests use it (tools/test-stack.ts starts it). */
export interface TestStack {
  folder: string
  envFile: string
  endpoint: string
  bucket: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  maintainer: { accessKeyId: string; secretAccessKey: string }
  administrator: { accessKeyId: string; secretAccessKey: string }
  trino: string
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: TestStack
  }
}

/** The options of `openLake` for the running stack. */
export function stackOptions({ endpoint, trino, credentials }: TestStack): OpenLakeOptions {
  return { profile: 'stack', profiles: { stack: { endpoint, trino } }, credentials }
}

/** The backend of a lake on the running stack, with the right to remove. */
export async function stackBackend(tables: readonly Table[], stack: TestStack): Promise<LakeBackend> {
  const { endpoint, trino } = stack
  const settings = resolveSettings({
    file: undefined,
    variables: {},
    local: {},
    options: { profiles: { stack: { endpoint, trino } } },
  })
  return stackLake(tables, {
    ...stackSettings(settings),
    location: settings['profiles.stack.location'].value,
    keys: {
      publish: stack.credentials,
      maintain: stack.maintainer,
      maintainName: 'maintain',
      maintainFix: 'none',
    },
  })
}

/** The bucket of the running stack, as the user that publishes sees it. */
export function storeOf({ bucket, endpoint, credentials }: TestStack) {
  return s3Store({ bucket, endpoint, credentials })
}

/** The Trino of the running stack. */
export function engineOf({ trino }: TestStack) {
  return trinoEngine({ url: trino, user: 'minilake' })
}

/** Removes every object and every table of the running stack. */
export async function emptyLake(stack: TestStack): Promise<void> {
  const { bucket, endpoint, administrator: credentials } = stack
  const engine = engineOf(stack)
  await dropIcebergTables(engine) // DROP SCHEMA … CASCADE of the catalog hive refuses them
  const store = s3Store({ bucket, endpoint, credentials })
  for await (const { key } of store.list('')) await store.remove(key)
  // A killed process leaves its staging tables.
  for (const schema of [lakeNames.schema, `${lakeNames.schema}_staging`])
    await engine.execute(`DROP SCHEMA IF EXISTS ${qualifiedName(lakeNames.catalog, schema)} CASCADE`)
  await engine.close()
}

/** Drops the Iceberg tables of the lake's schema, also those whose files are gone. */
async function dropIcebergTables(engine: SqlEngine): Promise<void> {
  const tables = freeSql(
    `SELECT table_name AS name FROM iceberg.information_schema.tables WHERE table_schema = ${quoteLiteral(lakeNames.schema)}`,
  )
  const isMissing = (sql: string) =>
    engine.execute(sql).then(
      () => false,
      () => true,
    )
  for await (const { name } of engine.query(tables)) {
    const table = String(name)
    if (await isMissing(`DROP TABLE ${qualifiedName('iceberg', lakeNames.schema, table)}`))
      await engine
        .execute(
          `CALL iceberg.system.unregister_table(${quoteLiteral(lakeNames.schema)}, ${quoteLiteral(table)})`,
        )
        .catch(() => undefined) // a Hive table, which the schema drops
  }
}

/** A folder for a whole test file; the caller removes it. */
export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'minilake-lake-')))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
