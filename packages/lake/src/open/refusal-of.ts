/** Socket codes of a server that is down. Any other failure, such as one of TLS, shows that the server runs. */
const refusals: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_SOCKET'],
])

/** Why a server gives no HTTP response, of whatever status; undefined if it gives one. Rejects with the signal's reason. */
export async function refusalOf(
  url: string,
  { answerMillis, signal }: { answerMillis: number; signal: AbortSignal },
): Promise<string | undefined> {
  const late = AbortSignal.timeout(answerMillis)
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([signal, late]) })
    await response.body?.cancel()
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) return `no answer within ${answerMillis / 1000} s`
    const { cause } = error as { cause?: { code?: unknown } }
    const code = String(cause?.code)
    return refusals.has(code) ? code : undefined
  }
}
