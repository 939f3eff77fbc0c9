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

/**
 * The statements of a text that end with a semicolon, and the rest after the last of them, which may be one that goes on. Comments and
 * white space alone are no statement. A semicolon within a text or a comment ends none.
 */
export function splitStatements(sql: string): { statements: string[]; rest: string } {
  const statements: string[] = []
  let rest = ''
  for (const token of sqlTokens(sql)) {
    if (token !== ';') {
      rest += token
      continue
    }
    if (statementText(rest) !== '') statements.push(rest)
    rest = ''
  }
  return { statements, rest }
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
