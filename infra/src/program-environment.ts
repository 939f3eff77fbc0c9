import type { Variables } from './env-file.js'

/** Where programs, home and temporary files are, whose they are, language and time zone. */
const common = /^(PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+)$/

/** What Go and Maven need to download and build. */
const building =
  /^(GO[A-Z0-9]+|CGO_[A-Z_]+|CC|CXX|MAVEN_[A-Z_]+|M2_HOME|JAVA_HOME|JAVA_TOOL_OPTIONS|SSL_CERT_(FILE|DIR)|(HTTPS?|NO|ALL)_PROXY)$/i

/** The variables that servers and their tools get. No others, because many hold secrets or change what a server does. */
export function serverEnvironment(environment: Variables): Variables {
  return variablesLike(environment, [common])
}

/** The variables that Go and Maven get. */
export function buildEnvironment(environment: Variables): Variables {
  return variablesLike(environment, [common, building])
}

function variablesLike(environment: Variables, patterns: readonly RegExp[]): Variables {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => patterns.some((pattern) => pattern.test(name))),
  )
}
