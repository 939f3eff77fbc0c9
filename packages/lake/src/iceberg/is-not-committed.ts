import { QueryError } from '@minilake/analytics'

/** A statement that was ended from outside may have been committed before. */
const endedFromOutside = new Set(['ABANDONED_QUERY', 'USER_CANCELED', 'ADMINISTRATIVELY_KILLED'])

/**
 * Whether an error says for certain that Trino has not committed a statement: its text was wrong, or another writer's change conflicts with
 * it. After any other error the change may be in the table: the metastore may have died after Iceberg's commit and before its answer.
 */
export function isNotCommitted(error: unknown): boolean {
  if (!(error instanceof QueryError) || error.errorName === undefined) return false
  if (isConflict(error)) return true
  return error.errorType === 'USER_ERROR' && !endedFromOutside.has(error.errorName)
}

/** Whether another writer's change conflicts with a statement, so that it was not committed and can be run again. */
export function isConflict(error: unknown): boolean {
  const names = javaNames(error)
  return names.some((name) => notCommitted.has(name)) && !names.includes(unknownState)
}

// Trino has one name for all of them, ICEBERG_COMMIT_ERROR; the Java classes of its causes tell them apart.
const iceberg = 'org.apache.iceberg.exceptions.'
const notCommitted = new Set([`${iceberg}CommitFailedException`, `${iceberg}ValidationException`])
const unknownState = `${iceberg}CommitStateUnknownException`

function javaNames(error: unknown): string[] {
  return error instanceof Error ? [error.name, ...javaNames(error.cause)] : []
}
