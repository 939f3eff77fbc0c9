import { QueryError } from '@minilake/analytics'

/** How Trino says, by the name of the error, that a table is not there. */
const sentences: Readonly<Record<string, RegExp>> = {
  TABLE_NOT_FOUND: /./, // a statement that names the table
  SCHEMA_NOT_FOUND: /./,
  NOT_FOUND: /^Table '.*' not found/, // a procedure; it says the same of a partition
  TRANSACTION_CONFLICT: /was dropped by another transaction/, // while the statement ran
}

/** Whether a statement failed because its table is not in Trino's catalog, perhaps because another process has just dropped it. */
export function isTableGone(error: unknown): boolean {
  if (!(error instanceof QueryError)) return false
  return sentences[error.errorName ?? '']?.test(error.message) ?? false
}
