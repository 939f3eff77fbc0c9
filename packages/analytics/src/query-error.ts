/** A query that failed: the SQL, and the engine's own words in `message` and `cause`. */
export class QueryError extends Error {
  readonly sql: string
  /** The engine's number for the error. It and the next three are there where the engine gives them. */
  declare readonly code?: number
  /** The engine's name for the error: `COLUMN_NOT_FOUND`. */
  declare readonly errorName?: string
  /** Line of the SQL at which the error is, from 1. */
  declare readonly line?: number
  /** Character of that line, from 1. */
  declare readonly column?: number

  constructor(
    message: string,
    {
      sql,
      cause,
      ...facts
    }: { sql: string; cause?: unknown } & Partial<Pick<QueryError, 'code' | 'errorName' | 'line' | 'column'>>,
  ) {
    super(message, { cause })
    this.name = 'QueryError'
    this.sql = sql
    Object.assign(this, facts)
  }
}
