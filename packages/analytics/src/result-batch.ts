import type { Column, ColumnBuffers, ColumnType, ColumnValues } from '@minilake/schema'
import { QueryError } from './query-error.js'

/** The columns of a result by name, as far as its row type `R` tells them: a `number` may be a double, a real or an integer. */
export type ColumnsOf<R> = { readonly [N in keyof R & string]: ColumnOf<R[N]> }

type ColumnOf<V> = unknown extends V
  ? Column
  : {
      [T in ColumnType]: ColumnValues[T] extends NonNullable<V> ? Column & { readonly type: T } : never
    }[ColumnType]

/**
 * Some rows of a result, column by column, in the form of a `Batch` of `@minilake/schema`: doubles are a Float64Array, timestamps a
 * BigInt64Array of microseconds since 1970, and so on. Values of types without a column type are text. The consumer owns it.
 */
export interface ResultBatch<C extends Readonly<Record<string, Column>>> {
  readonly rowCount: number
  /** One buffer per column, each with `rowCount` entries. */
  readonly columns: { readonly [N in keyof C]: ColumnBuffers[C[N]['type']] }
  /** Of columns with nulls: 1 where the row has no value (the buffer's entry is then ignored), else 0. */
  readonly nulls?: { readonly [N in keyof C]?: Uint8Array }
}

/** For engine adapters: the values of a column in a batch. */
export interface BatchColumn {
  values: ColumnBuffers[ColumnType]
  /** 1 where the row has no value. Default: every row has one. */
  nulls?: Uint8Array | undefined
}

/**
 * For engine adapters: a batch of a result, whose columns `read` returns by their index. Throws a QueryError for a null in a required
 * column, and for a value that cannot be read.
 */
export function resultBatch<C extends Readonly<Record<string, Column>>>(
  columns: readonly { readonly name: string }[],
  rowCount: number,
  {
    read,
    required,
    sql,
  }: { read: (index: number) => BatchColumn; required: ReadonlySet<string>; sql: string },
): ResultBatch<C> {
  const values: [string, BatchColumn['values']][] = []
  const masks: [string, Uint8Array][] = []
  for (const [index, { name }] of columns.entries()) {
    const column = readColumn(name, () => read(index), sql)
    if (column.nulls !== undefined && required.has(name))
      throw new QueryError(`column ${name} expected a value in every row, got null`, { sql })
    values.push([name, column.values])
    if (column.nulls !== undefined) masks.push([name, column.nulls])
  }
  return {
    rowCount,
    columns: Object.fromEntries(values) as ResultBatch<C>['columns'],
    ...(masks.length > 0 && { nulls: Object.fromEntries(masks) as NonNullable<ResultBatch<C>['nulls']> }),
  }
}

function readColumn(name: string, read: () => BatchColumn, sql: string): BatchColumn {
  try {
    return read()
  } catch (cause) {
    throw new QueryError(`column ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      sql,
      cause,
    })
  }
}
