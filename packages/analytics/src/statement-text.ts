/**
 * The SQL of a statement without what follows it: semicolons, comments and white space. Knows the quotes of both engines, including
 * DuckDB's `E'…'` and `$tag$…$tag$`.
 */
export function statementText(sql: string): string {
  let end = 0
  for (const { 0: token, index } of sql.matchAll(tokens)) {
    if (!/^(?:\s|;|--|\/\*)/.test(token)) end = index + token.length
  }
  return sql.slice(0, end)
}

/** Whether a text is a statement with the semicolon that ends it; one within a text or a comment does not. */
export function endsStatement(sql: string): boolean {
  let end = ''
  for (const token of sqlTokens(sql)) if (!/^(?:\s|--|\/\*)/.test(token)) end = token
  return end === ';'
}

/** The tokens of SQL, comments and white space included. A parameter, `$name`, is one; a `$` within a name or a text is none. */
export function* sqlTokens(sql: string): Generator<string> {
  for (const [token] of sql.matchAll(tokens)) yield token
}

const tokens = new RegExp(
  [
    String.raw`\s+`,
    String.raw`--[^\r\n]*`,
    String.raw`/\*[^]*?(?:\*/|$)`,
    String.raw`[eE]'(?:[^'\\]|\\[^])*'?`,
    String.raw`'[^']*'?`, // two quotes in a row end one token and begin another
    String.raw`"[^"]*"?`,
    String.raw`\$(?<tag>\w*)\$[^]*?(?:\$\k<tag>\$|$)`,
    String.raw`\$\w+`,
    String.raw`\w[\w$]*`,
    String.raw`[^]`,
  ].join('|'),
  'g',
)
