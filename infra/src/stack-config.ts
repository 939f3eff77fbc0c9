import { fileURLToPath } from 'node:url'
import { credentialNames, readEnvFile, type Variables, withoutEmpty } from './env-file.js'

/** The folder of this package: compose.yaml, stack.env and the parts' own configuration. */
export const infraFolder = fileURLToPath(new URL('..', import.meta.url))

/** The local stack's versions, ports and credentials. */
export interface StackConfig {
  readonly versions: { trino: string; metastore: string; minio: string; mc: string }
  /** Ports on 127.0.0.1. */
  readonly ports: { minio: number; console: number; postgres: number; metastore: number; trino: number }
  readonly region: string
  readonly administrator: { user: string; password: string }
  /** The user that publishes: it may write into the lake's bucket, and read it. */
  readonly lake: { accessKeyId: string; secretAccessKey: string }
  /** The user that Trino and the metastore are: it may read the lake's bucket, and write Trino's own tables. */
  readonly query: { accessKeyId: string; secretAccessKey: string }
  readonly databasePassword: string
  /** All of it by the names of `stack.env` and `.env`, as Compose takes it. */
  readonly variables: Variables
}

/**
 * Reads what the stack is made of: `stack.env`, the lines of an env file, and the environment, where the later one wins. Rejects
 * with a RangeError that names the variable which lacks a value or cannot have it; never with the value of a credential.
 */
export async function readStackConfig({
  envFile,
  environment,
  credentials = 'required',
}: {
  envFile: string
  environment: Variables
  /** 'optional' for what starts nothing: those that are missing are then placeholders. Default 'required'. */
  credentials?: 'required' | 'optional'
}): Promise<StackConfig> {
  const ours = await readEnvFile(`${infraFolder}stack.env`)
  const placeholders =
    credentials === 'optional' ? Object.fromEntries(credentialNames.map((name) => [name, 'not-known'])) : {}
  const given = { ...(await readEnvFile(envFile)), ...withoutEmpty(environment) }
  const variables = { ...placeholders, ...withoutEmpty({ ...ours, ...given }) }
  const text = (name: string) => {
    const value = variables[name]
    if (value === undefined)
      throw new RangeError(`${name} expected a value in ${envFile}, got none: minilake up gives it one`)
    return value
  }
  const known = new Map<number, string>()
  const port = (name: string) => {
    const number = Number(text(name))
    if (!(Number.isInteger(number) && number > 0 && number < 65536))
      throw new RangeError(`${name} expected a port from 1 to 65535, got ${text(name)}`)
    const other = known.get(number)
    if (other !== undefined)
      throw new RangeError(`${name} expected another port than ${other}, got ${number}`)
    known.set(number, name)
    return number
  }
  // The lengths are MinIO's.
  const credential = (name: string, [least, most]: [number, number]) => {
    const { length } = text(name)
    if (length >= least && length <= most) return text(name)
    throw new RangeError(`${name} expected ${least} to ${most} characters, got ${length}`)
  }
  // mc takes both as one text, user:password.
  const administrators = (name: string, lengths: [number, number]) => {
    if (!text(name).includes(':')) return credential(name, lengths)
    throw new RangeError(`${name} expected characters other than a colon, got one`)
  }
  const users = new Map<string, string>()
  const user = (name: string, value: string) => {
    const other = users.get(value)
    if (other !== undefined && credentials === 'required')
      throw new RangeError(
        `${name} expected another name than ${other}, got the same: each user has rights of its own`,
      )
    users.set(value, name)
    return value
  }
  return {
    versions: {
      trino: text('TRINO_VERSION'),
      metastore: text('METASTORE_VERSION'),
      minio: text('MINIO_GO_VERSION'),
      mc: text('MC_GO_VERSION'),
    },
    ports: {
      minio: port('MINIO_PORT'),
      console: port('MINIO_CONSOLE_PORT'),
      postgres: port('POSTGRES_PORT'),
      metastore: port('METASTORE_PORT'),
      trino: port('TRINO_PORT'),
    },
    region: text('S3_REGION'),
    administrator: {
      user: user('MINIO_ROOT_USER', administrators('MINIO_ROOT_USER', [3, 64])),
      password: administrators('MINIO_ROOT_PASSWORD', [8, 64]),
    },
    lake: {
      accessKeyId: user('LAKE_ACCESS_KEY', credential('LAKE_ACCESS_KEY', [3, 20])),
      secretAccessKey: credential('LAKE_SECRET_KEY', [8, 40]),
    },
    query: {
      accessKeyId: user('QUERY_ACCESS_KEY', credential('QUERY_ACCESS_KEY', [3, 20])),
      secretAccessKey: credential('QUERY_SECRET_KEY', [8, 40]),
    },
    databasePassword: credential('METASTORE_DB_PASSWORD', [1, 64]),
    variables: Object.fromEntries(
      [...Object.keys(ours), ...credentialNames].map((name) => [name, variables[name]]),
    ),
  }
}
