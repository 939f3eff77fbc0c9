import { QueryError } from '@minilake/analytics'

/**
 * Whether a statement failed because its table is not in Trino's catalog. If another process drops the table while the statement runs, Trino
 * reports a conflict of transactions.
 */
export function isTableGone(error: unknown): boolean {
  if (!(error instanceof QueryError)) return false
  const { errorName, message } = error
  return (
    errorName === 'TABLE_NOT_FOUND' ||
    (errorName === 'TRANSACTION_CONFLICT' && message.includes('was dropped by another transaction'))
  )
}
