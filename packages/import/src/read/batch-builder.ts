import { type Batch, columnBuffer, columnsOf, type Table } from '@minilake/schema'
import type { Chunk } from '../duckdb/open-duckdb.js'

type Buffer = Batch['columns'][string]

/** Collects chunks into batches. */
export interface BatchBuilder<T extends Table> {
  /** Rows collected since the last `take`. */
  readonly rowCount: number
  /** Adds the rows of a chunk, or only the rows in `kept`. True if there is no room for another chunk. */
  add(chunk: Chunk, kept?: readonly number[]): boolean
  /** The collected rows, in buffers that are not used again. Empties the builder. */
  take(): Batch<T>
}

/** A builder for batches of up to `capacity` rows. The chunks' first columns are those of the table. */
export function batchBuilder<T extends Table>(table: T, capacity = 65_536): BatchBuilder<T> {
  const columns = columnsOf(table)
  const allocate = () =>
    columns.map(([name, { type, nullable }]) => ({
      name,
      nullable,
      // Every row is filled, so the texts need no initial values.
      buffer: type === 'varchar' ? new Array<string>(capacity) : columnBuffer[type](capacity),
      nulls: new Uint8Array(capacity),
      hasNull: false,
    }))
  let targets: ReturnType<typeof allocate> | undefined
  let at = 0
  return {
    get rowCount() {
      return at
    },
    add: (chunk, kept) => {
      for (const [index, target] of (targets ??= allocate()).entries()) {
        const { buffer, nulls } = target
        const hasNull = chunk.copy(index, { buffer, nulls, at })
        target.hasNull ||= hasNull
        if (kept === undefined) continue
        kept.forEach((row, to) => {
          buffer[at + to] = buffer[at + row] as never
          nulls[at + to] = nulls[at + row] as number
        })
        nulls.fill(0, at + kept.length, at + chunk.rowCount)
      }
      at += kept?.length ?? chunk.rowCount
      return at + chunkRows > capacity
    },
    take: () => {
      const taken = targets ?? allocate()
      const cut = <B extends Buffer | Uint8Array>(buffer: B) =>
        buffer.length === at ? buffer : buffer.slice(0, at)
      const batch = {
        rowCount: at,
        columns: Object.fromEntries(taken.map(({ name, buffer }) => [name, cut(buffer)])),
        nulls: Object.fromEntries(
          taken.flatMap(({ name, nullable, hasNull, nulls }) =>
            nullable && hasNull ? [[name, cut(nulls)]] : [],
          ),
        ),
      }
      targets = undefined
      at = 0
      return batch as unknown as Batch<T>
    },
  }
}

/** The maximum number of values in a vector of DuckDB. */
const chunkRows = 2048
