import type { Column } from '@minilake/schema'

/** How a value is compared with a literal. */
export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>='

/**
 * A literal as the buffers of its column's type hold values: times in microseconds since 1970, days since 1970, booleans as 0 and 1.
 */
export type LiteralValue = bigint | number | string

/** A condition on the rows of a table, with the three truth values of SQL. */
export type Condition =
  | {
      readonly kind: 'compare'
      readonly name: string
      readonly column: Column
      readonly operator: Operator
      readonly value: LiteralValue
    }
  | { readonly kind: 'isNull'; readonly name: string }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[] }
  | { readonly kind: 'not'; readonly term: Condition }
