/** Whether PostgreSQL, or a client of it, says that it has refused a password. */
export function isPasswordRefusal(text: string): boolean {
  return /password authentication failed/i.test(text)
}

/** The error for existing data whose database password in .env was lost or changed. Says what to do. */
export function otherCredentialsError({
  found,
  data,
  removal,
  cause,
}: {
  found: 'lost' | 'changed'
  /** What holds the data. */
  data: readonly string[]
  /** The command that removes the data. */
  removal: string
  cause?: unknown
}): Error {
  const trouble = found === 'lost' ? 'has none' : 'has another one'
  return new Error(
    `the stack's data (${data.join(', ')}) belong to a METASTORE_DB_PASSWORD that was in .env, which now ${trouble}: put the former .env back, or remove the data with ${removal}`,
    { cause },
  )
}
