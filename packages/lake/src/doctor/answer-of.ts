import { FailedCheck, firstLine } from './diagnose.js'

/** How to start the stack on this machine. */
export const startHint = 'start the stack: minilake up, or minilake up --native'

/** A server, how long it may take to answer, and what to do if it does not. */
export interface AskedServer {
  name: string
  timeoutSeconds: number
  fix: string
}

/** The HTTP response of a server, whatever its status. Throws a FailedCheck with the fix when it does not answer in time. */
export async function answerOf(url: string, { name, timeoutSeconds, fix }: AskedServer): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000) })
  } catch (cause) {
    const reason = reasonOf(cause, timeoutSeconds)
    throw new FailedCheck(`${name} does not answer at ${url}: ${reason}`, { fix, cause })
  }
}

function reasonOf(error: unknown, timeoutSeconds: number): string {
  if (!(error instanceof Error)) return firstLine(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutSeconds} s`
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : firstLine(error)
}
