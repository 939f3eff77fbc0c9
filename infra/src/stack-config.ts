import { createHash } from 'node:crypto'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { credentialNames, readEnvFile, type Variables, withoutEmpty } from './env-file.js'

/** The folder of this package, with compose.yaml, stack.env and the configuration files of the parts. */
export const infraFolder = fileURLToPath(new URL('..', import.meta.url))

/** The local stack's versions, ports and credentials. */
export interface StackConfig {
  readonly versions: { trino: string; metastore: string; minio: string; mc: string; kafka: string }
  /** Ports on 127.0.0.1. */
  readonly ports: Readonly<
    Record<'minio' | 'console' | 'postgres' | 'metastore' | 'trino' | 'kafka' | 'kafkaController', number>
  >
  /** Region that MinIO reports and S3 clients sign requests for. */
  readonly region: string
  /** MinIO's administrator. */
  readonly administrator: { user: string; password: string }
  /** The user that publishes. It can read and write the lake's bucket, but not remove data files. */
  readonly lake: { accessKeyId: string; secretAccessKey: string }
  /** The user of commands that remove or replace data files. */
  readonly maintain: { accessKeyId: string; secretAccessKey: string }
  /** The user of Trino and the metastore. It can read the lake's bucket and write Trino's own tables. */
  readonly query: { accessKeyId: string; secretAccessKey: string }
  /** Password of the PostgreSQL user `metastore`. */
  readonly databasePassword: string
  /**
   * Name of the Compose project, to which containers and volumes belong: `COMPOSE_PROJECT_NAME`, else made of the path of the env file's
   * folder.
   */
  readonly project: string
  /** All of the above except the project as variables, under the names that `stack.env`, `.env` and Compose use. */
  readonly variables: Variables
}

/**
 * Reads the stack's configuration from `stack.env`, an env file and the environment; later ones override earlier ones. Rejects with a
 * RangeError that names the variable whose value is missing or invalid. The message never contains the value of a credential.
 */
export async function readStackConfig({
  envFile,
  environment,
  credentials = 'required',
}: {
  /** Path of a file of `NAME=value` lines. It may be missing. */
  envFile: string
  environment: Variables
  /** 'optional' if nothing is to be started: placeholders then stand in for missing credentials. Default 'required'. */
  credentials?: 'required' | 'optional'
}): Promise<StackConfig> {
  const defaults = await readEnvFile(`${infraFolder}stack.env`)
  const placeholders =
    credentials === 'optional' ? Object.fromEntries(credentialNames.map((name) => [name, 'not-known'])) : {}
  const given = { ...(await readEnvFile(envFile)), ...withoutEmpty(environment) }
  const variables = { ...placeholders, ...withoutEmpty({ ...defaults, ...given }) }
  const text = (name: string) => {
    const value = variables[name]
    if (value === undefined)
      throw new RangeError(`${name} expected a value in ${envFile}, got none: minilake up creates one`)
    return value
  }
  const known = new Map<number, string>()
  const port = (name: string) => {
    const number = Number(text(name))
    if (!(Number.isInteger(number) && number > 0 && number < 65536))
      throw new RangeError(`${name} expected a port from 1 to 65535, got ${text(name)}`)
    const other = known.get(number)
    if (other !== undefined)
      throw new RangeError(`${name} expected a port other than that of ${other}, got ${number}`)
    known.set(number, name)
    return number
  }
  // MinIO sets these limits.
  const credential = (name: string, [min, max]: [number, number]) => {
    const { length } = text(name)
    if (length >= min && length <= max) return text(name)
    throw new RangeError(`${name} expected ${min} to ${max} characters, got ${length}`)
  }
  // mc reads both from one string, user:password.
  const administratorText = (name: string, lengths: [number, number]) => {
    if (!text(name).includes(':')) return credential(name, lengths)
    throw new RangeError(`${name} expected no colon, got one`)
  }
  const users = new Map<string, string>()
  const user = (name: string, value: string) => {
    const other = users.get(value)
    if (other !== undefined && credentials === 'required')
      throw new RangeError(
        `${name} expected a name other than that of ${other}, got the same: each user has its own permissions`,
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
      kafka: text('KAFKA_VERSION'),
    },
    ports: {
      minio: port('MINIO_PORT'),
      console: port('MINIO_CONSOLE_PORT'),
      postgres: port('POSTGRES_PORT'),
      metastore: port('METASTORE_PORT'),
      trino: port('TRINO_PORT'),
      kafka: port('KAFKA_PORT'),
      kafkaController: port('KAFKA_CONTROLLER_PORT'),
    },
    region: text('S3_REGION'),
    administrator: {
      user: user('MINIO_ROOT_USER', administratorText('MINIO_ROOT_USER', [3, 64])),
      password: administratorText('MINIO_ROOT_PASSWORD', [8, 64]),
    },
    lake: {
      accessKeyId: user('LAKE_ACCESS_KEY', credential('LAKE_ACCESS_KEY', [3, 20])),
      secretAccessKey: credential('LAKE_SECRET_KEY', [8, 40]),
    },
    maintain: {
      accessKeyId: user('MAINTAIN_ACCESS_KEY', credential('MAINTAIN_ACCESS_KEY', [3, 20])),
      secretAccessKey: credential('MAINTAIN_SECRET_KEY', [8, 40]),
    },
    query: {
      accessKeyId: user('QUERY_ACCESS_KEY', credential('QUERY_ACCESS_KEY', [3, 20])),
      secretAccessKey: credential('QUERY_SECRET_KEY', [8, 40]),
    },
    databasePassword: credential('METASTORE_DB_PASSWORD', [1, 64]),
    project: variables.COMPOSE_PROJECT_NAME ?? projectOf(envFile),
    variables: Object.fromEntries(
      [...Object.keys(defaults), ...credentialNames].map((name) => [name, variables[name]]),
    ),
  }
}

/** A name that no other folder has, of the lower-case letters, digits and hyphens that Compose accepts. */
function projectOf(envFile: string): string {
  const folder = dirname(resolve(envFile))
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 8)
  const words =
    basename(folder)
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  return [...new Set(['minilake', ...words.slice(0, 3), digest])].join('-')
}
