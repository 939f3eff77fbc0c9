import { quoteIdentifier, quoteLiteral } from '@minilake/schema'

/** A column of a table as Trino lists it. */
export interface HiveColumn {
  name: string
  /** With its parameters: `timestamp(3)`. */
  type: string
  comment?: string
}

/** A column in CREATE TABLE and ADD COLUMN: its name, type and comment. */
export function columnText(name: string, type: string, comment: string | undefined): string {
  const text = `${quoteIdentifier(name)} ${type}`
  return comment === undefined ? text : `${text} COMMENT ${quoteLiteral(comment)}`
}
