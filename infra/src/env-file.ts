import { randomBytes } from 'node:crypto'
import { appendFile, chmod, readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/** Variables by name, as a process has them. */
export type Variables = Readonly<Record<string, string | undefined>>

/** What each credential is where nobody says: names that people read, secrets of 128 random bits. */
const credentials: Record<string, () => string> = {
  MINIO_ROOT_USER: () => 'minilake-admin',
  MINIO_ROOT_PASSWORD: secret,
  LAKE_ACCESS_KEY: () => 'minilake',
  LAKE_SECRET_KEY: secret,
  QUERY_ACCESS_KEY: () => 'minilake-query',
  QUERY_SECRET_KEY: secret,
  METASTORE_DB_PASSWORD: secret,
}

/** The names of the variables that are credentials. */
export const credentialNames = Object.keys(credentials)

/** Reads a file of `NAME=value` lines; no variables where there is no file. */
export async function readEnvFile(path: string): Promise<Variables> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return '' // some keep a folder of that name
    throw error
  })
  return parseEnv(text)
}

/**
 * Adds the credentials that neither a file nor the environment has to the file, with random values; from then on it is its owner's
 * alone to read. Makes the file where there is none. Gives the names that were added.
 */
export async function completeEnvFile(path: string, environment: Variables): Promise<string[]> {
  const known = { ...(await readEnvFile(path)), ...withoutEmpty(environment) }
  const missing = credentialNames.filter((name) => !known[name])
  if (missing.length === 0) return []
  const before = await readFile(path, 'utf8').catch(() => '')
  const lines = missing.map((name) => `${name}=${(credentials[name] as () => string)()}\n`)
  const heading = '# credentials of the local stack (minilake up made them)\n'
  await appendFile(path, '')
  await chmod(path, 0o600) // before it holds anything that others must not read
  await appendFile(path, `${before === '' || before.endsWith('\n') ? '' : '\n'}${heading}${lines.join('')}`)
  return missing
}

/** An empty variable says nothing, as in Compose. */
export function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

function secret(): string {
  return randomBytes(16).toString('hex')
}
