import type { StackConfig } from './stack-config.js'

/** The parts of the stack in starting order. */
export const partNames = ['postgres', 'minio', 'metastore', 'trino'] as const

/** One of `partNames`. */
export type PartName = (typeof partNames)[number]

/** Status of a part. */
export interface PartStatus {
  name: PartName
  state: 'stopped' | 'starting' | 'ready'
  /** Its addresses, for programs and for people. */
  where: string
  /** Its process or container, and its log. Empty if it is not running. */
  detail: string
}

/** Options of `LocalStack.up`. */
export interface UpOptions {
  /** Called before each step that takes time, with one line of text. */
  onStep: (line: string) => void
  /** Cancels `up`. Parts that have already started keep running. */
  signal: AbortSignal
}

/** The stack on this machine, in Compose or native. Every method can be called again: it skips what is already done. */
export interface LocalStack {
  /** Rejects if this machine lacks something that the stack needs to start, with all that it lacks. Writes nothing. */
  check(options?: { signal?: AbortSignal }): Promise<void>
  /**
   * Starts the parts that are not running, restarts those whose settings have changed, and waits until every part is ready. Returns
   * the parts that it started or restarted.
   */
  up(options: UpOptions): Promise<PartName[]>
  /** Stops the running parts and returns them. With `volumes: true`, deletes what `data` lists too. */
  down(options: { volumes: boolean }): Promise<PartName[]>
  /** Returns what holds the stack's data: paths of folders, or names of volumes. Only what minilake has made. */
  data(): Promise<string[]>
  /** Returns the status of every part, in starting order. */
  status(): Promise<PartStatus[]>
}

/** The addresses of each part, as seen from this machine. */
export function partAddresses({ ports }: StackConfig): Record<PartName, string> {
  return {
    postgres: `127.0.0.1:${ports.postgres}`,
    minio: `http://127.0.0.1:${ports.minio} (S3), http://127.0.0.1:${ports.console} (console)`,
    metastore: `thrift://127.0.0.1:${ports.metastore}`,
    trino: `http://127.0.0.1:${ports.trino}/ui (any user, no password), jdbc:trino://127.0.0.1:${ports.trino}/hive/iot_dw`,
  }
}
