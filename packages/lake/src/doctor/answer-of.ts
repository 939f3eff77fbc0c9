import { FailedCheck, firstLine } from './diagnose.js'

/** How to start the stack on this machine. */
export const startHint = 'start the stack: minilake up, or minilake up --native'

/** How long a server may take to answer, in milliseconds. */
const answerMillis = 5000

/** The HTTP response of a server, whatever its status. Throws a FailedCheck with the fix when it does not answer within 5 s. */
export async function answerOf(url: string, server: string, fix: string): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(answerMillis) })
  } catch (cause) {
    throw new FailedCheck(`${server} does not answer at ${url}: ${reasonOf(cause)}`, { fix, cause })
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return firstLine(error)
  if (error.name === 'TimeoutError') return `no answer within ${answerMillis / 1000} s`
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : firstLine(error)
}
