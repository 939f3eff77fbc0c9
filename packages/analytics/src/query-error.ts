/** A failed query: its SQL, and the engine's error in `message` and `cause`. */
export class QueryError extends Error {
  readonly sql: string
  /** The engine's number for the error, if it has one. */
  declare readonly code?: number
  /** The engine's name for the error, if it has one: `COLUMN_NOT_FOUND`. */
  declare readonly errorName?: string
  /** The engine's kind of the error, if it has one: `USER_ERROR`. */
  declare readonly errorType?: string
  /** Line of the error in the SQL, from 1, if the engine reports it. */
  declare readonly line?: number
  /** Character in that line, from 1, if the engine reports it. */
  declare readonly column?: number

  constructor(
    message: string,
    {
      sql,
      cause,
      ...facts
    }: { sql: string; cause?: unknown } & Partial<
      Pick<QueryError, 'code' | 'errorName' | 'errorType' | 'line' | 'column'>
    >,
  ) {
    super(message, { cause })
    this.name = 'QueryError'
    this.sql = sql
    Object.assign(this, facts)
  }
}
