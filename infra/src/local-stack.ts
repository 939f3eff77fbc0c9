import type { StackConfig } from './stack-config.js'

/** The parts of the stack, in the order in which they start. */
export const partNames = ['postgres', 'minio', 'metastore', 'trino'] as const

/** One of `partNames`. */
export type PartName = (typeof partNames)[number]

/** How a part is. */
export interface PartStatus {
  name: PartName
  state: 'stopped' | 'starting' | 'ready'
  /** Where to find it: addresses for programs and for people. */
  where: string
  /** Its process, its log: what helps to look closer. */
  detail: string
}

/** How to bring a stack up. */
export interface UpOptions {
  /** Called with a line before each step that takes time. */
  onStep: (line: string) => void
  signal: AbortSignal
}

/** The stack on this machine, by Compose or natively. Each member can be run again: what is done already stays as it is. */
export interface LocalStack {
  /**
   * Starts what is not running, and anew what runs with settings that have changed since; waits until every part answers. Gives the
   * parts that it started.
   */
  up(options: UpOptions): Promise<PartName[]>
  /** Stops what is running; with `volumes` the data go too. Gives the parts that it stopped. */
  down(options: { volumes: boolean }): Promise<PartName[]>
  status(): Promise<PartStatus[]>
}

/** Where each part is found, from this machine. */
export function whereParts({ ports }: StackConfig): Record<PartName, string> {
  return {
    postgres: `127.0.0.1:${ports.postgres}`,
    minio: `http://127.0.0.1:${ports.minio} (S3), http://127.0.0.1:${ports.console} (console)`,
    metastore: `thrift://127.0.0.1:${ports.metastore}`,
    trino: `http://127.0.0.1:${ports.trino}/ui (any user, no password), jdbc:trino://127.0.0.1:${ports.trino}/hive/iot_dw`,
  }
}
