import { resolve } from 'node:path'
import { quoteLiteral } from '@minilake/schema'
import { UsageError } from '../usage-error.js'

/**
 * Writes the views of an embedded lake, from its `statements()`, to a file of DuckDB, which is created if it is missing; other tables in
 * it stay. Its views are `iot_dw.<table>`. They read the lake's files when they are queried. Throws a UsageError for a file that DuckDB
 * cannot open.
 */
export async function writeDuckDbFile(path: string, statements: readonly string[]): Promise<void> {
  const { duckDbEngine } = await import('@minilake/analytics/duckdb')
  const attach = `ATTACH ${quoteLiteral(resolve(path))} AS hive (TYPE duckdb)`
  const engine = duckDbEngine()
  try {
    await engine.execute(attach).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
      throw new UsageError(`${path} expected a file of DuckDB that no other program has open: ${reason}`, {
        cause,
      })
    })
    for (const statement of statements) await engine.execute(statement)
    await engine.execute('DETACH hive')
  } finally {
    await engine.close()
  }
}
