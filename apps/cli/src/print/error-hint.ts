/** What to try next, by the code of S3, of the socket or of Trino. */
const hints: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'minilake up gives the local stack keys, in a .env of this folder',
  ECONNREFUSED: 'minilake doctor --profile stack looks closer',
  HIVE_METASTORE_ERROR: 'minilake doctor --profile stack looks closer',
  TABLE_NOT_FOUND: "minilake catalog --profile stack makes the lake's tables known",
  SCHEMA_NOT_FOUND: "minilake catalog --profile stack makes the lake's tables known",
}

/** The message of an error of a store or an engine, with what to try next where that is known. */
export function messageWithHint(error: Error): string {
  const { code, errorName, cause } = error as Partial<Record<'code' | 'errorName' | 'cause', unknown>>
  const known = [errorName, code, (cause as { code?: unknown } | undefined)?.code].map(String)
  const hint = known.map((name) => hints[name]).find((text) => text !== undefined)
  // Engines show below their sentence where in the SQL it went wrong: that is for --verbose.
  const sentence = error.message.split('\n\n')[0] as string
  const isLocal = /\b(127\.0\.0\.1|localhost)\b/.test(sentence)
  const upToo = isLocal && hint?.startsWith('minilake doctor') ? 'minilake up starts the local stack, ' : ''
  return hint === undefined ? sentence : `${sentence} (${upToo}${hint})`
}
