import { PartDownError } from '@minilake/lake'

/** What to try next, by the code of S3, of the socket or of Trino. */
const hints: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'minilake up writes keys for the local stack to .env in this folder',
  ECONNREFUSED: 'minilake doctor --profile stack finds out more',
  HIVE_METASTORE_ERROR: 'minilake doctor --profile stack finds out more',
  PERMISSION_DENIED: 'minilake doctor --profile stack names the users in Trino and their settings',
  TABLE_NOT_FOUND: "minilake catalog --profile stack registers the lake's tables",
  SCHEMA_NOT_FOUND: "minilake catalog --profile stack registers the lake's tables",
}

/** The message of an error of a store or an engine, with what to try next if that is known. */
export function messageWithHint(error: Error): string {
  if (error instanceof PartDownError) return error.message // it says what to do
  const { code, errorName, cause } = error as Partial<Record<'code' | 'errorName' | 'cause', unknown>>
  const known = [errorName, code, (cause as { code?: unknown } | undefined)?.code].map(String)
  const hint = known.map((name) => hints[name]).find((text) => text !== undefined)
  // Below their sentence, engines show where in the SQL the error is: that is for --verbose.
  const [sentence = ''] = error.message.split('\n\n')
  const isLocal = /\b(127\.0\.0\.1|localhost)\b/.test(sentence)
  const upToo = isLocal && hint?.startsWith('minilake doctor') ? 'minilake up starts the local stack, ' : ''
  return hint === undefined ? sentence : `${sentence} (${upToo}${hint})`
}
