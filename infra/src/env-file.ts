import { randomBytes } from 'node:crypto'
import { appendFile, chmod, readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Default of each credential: a readable user name, or a secret of 128 random bits. */
const credentials: Readonly<Record<string, () => string>> = {
  MINIO_ROOT_USER: () => 'minilake-admin',
  MINIO_ROOT_PASSWORD: secret,
  LAKE_ACCESS_KEY: () => 'minilake',
  LAKE_SECRET_KEY: secret,
  QUERY_ACCESS_KEY: () => 'minilake-query',
  QUERY_SECRET_KEY: secret,
  METASTORE_DB_PASSWORD: secret,
}

/** Names of the variables that hold credentials. */
export const credentialNames = Object.keys(credentials)

/** Reads a file of `NAME=value` lines. Returns no variables if there is no such file. */
export async function readEnvFile(path: string): Promise<Variables> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return '' // some people keep a folder named .env
    throw error
  })
  return parseEnv(text)
}

/**
 * Adds to a file the credentials that neither the file nor the environment has, with random secrets. Creates the file if it does not
 * exist, and makes it readable by its owner only. Returns the names of the added variables.
 */
export async function completeEnvFile(path: string, environment: Variables): Promise<string[]> {
  const known = { ...(await readEnvFile(path)), ...withoutEmpty(environment) }
  const missing = Object.entries(credentials).filter(([name]) => !known[name])
  if (missing.length === 0) return []
  const before = await readFile(path, 'utf8').catch(() => '')
  const lines = missing.map(([name, create]) => `${name}=${create()}\n`)
  const heading = '# credentials of the local stack, created by minilake up\n'
  await appendFile(path, '')
  await chmod(path, 0o600) // before the secrets are written
  await appendFile(path, `${before === '' || before.endsWith('\n') ? '' : '\n'}${heading}${lines.join('')}`)
  return missing.map(([name]) => name)
}

/** Returns the variables whose value is not empty: an empty variable counts as unset, as in Compose. */
export function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

function secret(): string {
  return randomBytes(16).toString('hex')
}
