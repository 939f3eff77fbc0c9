import type { BackgroundProgram } from './background-process.js'
import type { Variables } from './env-file.js'
import type { StackConfig } from './stack-config.js'
import type { PartName } from './local-stack.js'

/** A part of the stack as it runs without Docker. */
export interface NativePart {
  readonly name: PartName
  /** Where it listens, by the variable that names another port. */
  readonly ports: Readonly<Record<string, number>>
  /** What the machine must have for it: each with how to get it. Empty when all is there. */
  missing(): Promise<string[]>
  /** Puts its programs in their place; does nothing where they are. */
  install(): Promise<void>
  /** What must be done before it starts; done already, it does nothing. */
  prepare(): Promise<void>
  program(): Promise<BackgroundProgram>
  /** The signal that asks it to end. */
  readonly endSignal: NodeJS.Signals
  /** Whether it answers. */
  isReady(): Promise<boolean>
  /** What must be done once it answers, and before the next part starts; done already, it does nothing. */
  complete(): Promise<void>
}

/** What the native parts share. */
export interface NativeContext {
  readonly config: StackConfig
  /** Their programs, data and logs. Absolute. */
  readonly folder: string
  /** The environment that programs are found in and run with. */
  readonly environment: Variables
  readonly onStep: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

/** The variables that Trino's and the metastore's configuration names (`${ENV:…}`, `${env.…}`). */
export function configurationVariables({ ports, region, query, databasePassword }: StackConfig) {
  return {
    S3_ENDPOINT: `http://127.0.0.1:${ports.minio}`,
    S3_REGION: region,
    QUERY_ACCESS_KEY: query.accessKeyId,
    QUERY_SECRET_KEY: query.secretAccessKey,
    METASTORE_DB_ADDRESS: `127.0.0.1:${ports.postgres}`,
    METASTORE_DB_PASSWORD: databasePassword,
    METASTORE_URI: `thrift://127.0.0.1:${ports.metastore}`,
    TRINO_HTTP_PORT: String(ports.trino),
    TRINO_BIND_ADDRESS: '127.0.0.1',
  }
}
