import { quoteIdentifier, quoteLiteral } from '@minilake/schema'

/** A column in CREATE TABLE and ADD COLUMN: its name, type and comment. */
export function columnText(name: string, type: string, comment: string | undefined): string {
  const text = `${quoteIdentifier(name)} ${type}`
  return comment === undefined ? text : `${text} COMMENT ${quoteLiteral(comment)}`
}
