/** A query that failed: the SQL, and the engine's own words in `message` and `cause`. */
export class QueryError extends Error {
  readonly sql: string

  constructor(message: string, { sql, cause }: { sql: string; cause?: unknown }) {
    super(message, { cause })
    this.name = 'QueryError'
    this.sql = sql
  }
}
