import type { Table } from '@minilake/schema'
import type { Random } from './evidence.js'
import type { Definition, ReadingsModel, Refusal } from './readings-model.js'

/** A call of a lake's method, as plain data: another process can make it. */
export interface Call {
  method: 'write' | 'import' | 'ingest' | 'remove' | 'register' | 'rewrite' | 'drop' | 'convert' | 'maintain'
  args: readonly unknown[]
}

/** One call, and what it does to the model. Making it again after a crash completes it. */
export interface Step {
  /** What the evidence counts it as: `write, mode merge`. */
  kind: string
  /** For messages: `30 rows`. */
  detail: string
  /** The definition that the lake is opened with from now on. */
  definition: Definition
  call(table: Table): Promise<Call> | Call
  /** How the call is refused, if the model says so. */
  refusal?: Refusal | undefined
  /** It changes the catalog only, so rows and definition are the same afterwards. */
  changesCatalogOnly?: boolean
  /** Does to the model what the call did, which put in rows under this import ID. */
  apply(model: ReadingsModel, importId: string): void
}

/** Chooses a step. `folder` is where files for imports are written. */
export type Operation = (model: ReadingsModel, random: Random, folder: string) => Step
