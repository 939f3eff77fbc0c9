import { join } from 'node:path'
import type { BackgroundProgram } from './background-process.js'
import type { Variables } from './env-file.js'
import { infraFolder, type StackConfig } from './stack-config.js'
import type { PartName } from './local-stack.js'

/** A part of the stack that runs without Docker. */
export interface NativePart {
  readonly name: PartName
  /** The ports it listens on, each under the variable that changes it. */
  readonly ports: Readonly<Record<string, number>>
  /** Returns what the part needs and this machine lacks, each with how to get it. */
  missing(): Promise<string[]>
  /** Installs its programs, unless they are installed. */
  install(): Promise<void>
  /** Does what must be done before the part starts, unless it is done. */
  prepare(): Promise<void>
  /** Returns the program to start. */
  program(): Promise<BackgroundProgram>
  /** The signal that asks it to exit. */
  readonly endSignal: NodeJS.Signals
  /** Returns whether the part is ready to use. */
  isReady(): Promise<boolean>
  /** Does what must be done once the part is ready and before the next one starts, unless it is done. */
  complete(): Promise<void>
}

/** What all native parts are given. */
export interface NativeContext {
  readonly config: StackConfig
  /** Absolute path of the folder with programs, data and logs. */
  readonly folder: string
  /** Environment in which to find and run programs. */
  readonly environment: Variables
  readonly onStep: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

/** The variables that the configuration files of Trino (`${ENV:…}`) and the metastore (`${env.…}`) refer to. */
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
    TRINO_RULES: join(infraFolder, 'trino', 'rules.json'),
  }
}
