import type { StackConfig } from './stack-config.js'

/** The parts that every stack has, in starting order. */
export const corePartNames = ['postgres', 'minio', 'metastore', 'trino'] as const

/** The parts that a stack has only if `up` was asked for them. */
export const extraPartNames = ['kafka'] as const

/** All parts of the stack in starting order. */
export const partNames = [...corePartNames, ...extraPartNames] as const

/** One of `extraPartNames`. */
export type ExtraPartName = (typeof extraPartNames)[number]

/** One of `partNames`. */
export type PartName = (typeof partNames)[number]

/** Whether a stack has this part only if `up` was asked for it. */
export function isExtra(name: PartName): name is ExtraPartName {
  return extraPartNames.some((extra) => extra === name)
}

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
  /** Parts to start besides those that every stack has. Default: those that `up` has started and `down` has not stopped. */
  extras?: readonly ExtraPartName[]
}

/** The stack on this machine, in Compose or native. Every method can be called again: it skips what is already done. */
export interface LocalStack {
  /** Rejects if this machine lacks something that the stack needs to start, with all that it lacks. Writes nothing. */
  check(options?: Pick<UpOptions, 'extras'> & { signal?: AbortSignal }): Promise<void>
  /**
   * Starts the parts that are not running, restarts those whose settings have changed, and waits until every part is ready. Returns
   * the parts that it started or restarted.
   */
  up(options: UpOptions): Promise<PartName[]>
  /** Stops the running parts and returns them. With `volumes: true`, deletes what `data` lists too. */
  down(options: { volumes: boolean }): Promise<PartName[]>
  /** Returns what holds the stack's data: paths of folders, or names of volumes. Only what minilake has made. */
  data(): Promise<string[]>
  /** Returns the status of every part that this stack has, in starting order. */
  status(): Promise<PartStatus[]>
}

/** The addresses of each part, as seen from this machine. */
export function partAddresses({ ports }: StackConfig): Record<PartName, string> {
  return {
    postgres: `127.0.0.1:${ports.postgres}`,
    minio: `http://127.0.0.1:${ports.minio} (S3), http://127.0.0.1:${ports.console} (console)`,
    metastore: `thrift://127.0.0.1:${ports.metastore}`,
    trino: `http://127.0.0.1:${ports.trino}/ui (any user, no password), jdbc:trino://127.0.0.1:${ports.trino}/hive/iot_dw`,
    kafka: `127.0.0.1:${ports.kafka}`,
  }
}
