import { QueryError, type SqlEngine } from '@minilake/analytics'

/** How Trino says that a schema, a table or a column of this name exists. */
const alreadyExists: ReadonlySet<string | undefined> = new Set(['ALREADY_EXISTS', 'COLUMN_ALREADY_EXISTS'])

/**
 * Runs a statement in Trino that creates a schema or a table, or adds a column, unless it exists. `IF NOT EXISTS` does not suffice: Trino
 * looks and then creates, so of two writers at once, the second may be told that it exists already.
 */
export async function executeUnlessDone(
  statement: string,
  engine: Pick<SqlEngine, 'execute'>,
): Promise<void> {
  await engine.execute(statement).catch((error: unknown) => {
    if (!(error instanceof QueryError && alreadyExists.has(error.errorName))) throw error
  })
}
