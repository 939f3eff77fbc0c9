import { randomBytes } from 'node:crypto'
import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { otherCredentialsError } from './other-credentials.js'
import { withLock } from './process-record.js'

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Default of each credential: a readable user name, or a secret of 128 random bits. */
const credentials: Readonly<Record<string, () => string>> = {
  MINIO_ROOT_USER: () => 'minilake-admin',
  MINIO_ROOT_PASSWORD: secret,
  LAKE_ACCESS_KEY: () => 'minilake',
  LAKE_SECRET_KEY: secret,
  MAINTAIN_ACCESS_KEY: () => 'minilake-maintain',
  MAINTAIN_SECRET_KEY: secret,
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

/** What `completeEnvFile` protects. */
interface ExistingData {
  /** What holds data that were made with earlier credentials (`LocalStack.data`). Default: nothing. */
  data?: readonly string[]
  /** The command that removes these data, for the error message. */
  removal?: string
}

/**
 * Adds to a file the credentials that neither the file nor the environment has, with random secrets. Creates the file if it does not
 * exist, and makes it readable by its owner only. Callers that run at the same time agree on the same secrets. Returns the names of the
 * added variables. Rejects and writes nothing if the database's password is missing but data made with it exist.
 */
export async function completeEnvFile(
  path: string,
  environment: Variables,
  { data = [], removal = 'minilake down --volumes --yes' }: ExistingData = {},
): Promise<string[]> {
  const missingNames = async () => {
    const known = { ...(await readEnvFile(path)), ...withoutEmpty(environment) }
    return credentialNames.filter((name) => !known[name])
  }
  if ((await missingNames()).length === 0) return []
  return withLock(
    `${path}.lock`,
    { waitSeconds: 10, busy: () => `another minilake is writing ${path}` },
    async () => {
      const missing = await missingNames()
      if (missing.length === 0) return []
      if (data.length > 0 && missing.includes('METASTORE_DB_PASSWORD'))
        throw otherCredentialsError({ found: 'lost', data, removal })
      await replaceFile(path, (before) => {
        const lines = missing.map((name) => `${name}=${credentials[name]?.()}\n`)
        const heading = '# credentials of the local stack, created by minilake up\n'
        return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${heading}${lines.join('')}`
      })
      return missing
    },
  )
}

/** Replaces a file's text atomically. Only the owner can read the new file, from its first moment on. A link stays a link. */
async function replaceFile(path: string, edit: (before: string) => string): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const before = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  await rm(`${target}.unfinished`, { force: true }) // writeFile applies the mode to new files only
  await writeFile(`${target}.unfinished`, edit(before), { mode: 0o600 })
  await rename(`${target}.unfinished`, target)
}

/** Returns the variables whose value is not empty: an empty variable counts as unset, as in Compose. */
export function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

function secret(): string {
  return randomBytes(16).toString('hex')
}
