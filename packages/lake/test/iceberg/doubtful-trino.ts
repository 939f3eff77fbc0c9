import { proxiedTrino } from './proxied-trino.js'

/** What Trino answers when the metastore dies during Iceberg's commit. */
const doubt = {
  message: 'Failed to commit during write: Cannot determine whether the commit was successful or not',
  errorCode: 84_148_224,
  errorName: 'ICEBERG_COMMIT_ERROR',
  errorType: 'EXTERNAL',
  failureInfo: {
    type: 'io.trino.spi.TrinoException',
    message: 'Failed to commit during write',
    cause: {
      type: 'org.apache.iceberg.exceptions.CommitStateUnknownException',
      message: 'Cannot determine whether the commit was successful or not',
    },
  },
}

/**
 * A proxy for Trino that answers once, to a statement, that nobody knows whether it was committed: after Trino has committed it, or with
 * `isDone: false` after Trino has failed to run another one in its place.
 */
export async function doubtfulTrino(trino: string, isDoubtful: RegExp, isDone = true) {
  let [id, isAnswered] = ['', false]
  const proxy = await proxiedTrino(trino, {
    onRequest: () => true,
    onStatement: (sql) => (!isDone && !isAnswered && isDoubtful.test(sql) ? 'FAIL' : sql),
    onAnswer: (text, sql) => {
      if (isAnswered) return true
      const page = JSON.parse(text) as { id?: string; stats?: { state: string } }
      if (sql !== undefined && isDoubtful.test(sql)) id = page.id ?? ''
      if (id === '' || page.id !== id || !/^(FINISHED|FAILED)$/.test(page.stats?.state ?? '')) return true
      isAnswered = true
      return JSON.stringify({ id, infoUri: trino, stats: { ...page.stats, state: 'FAILED' }, error: doubt })
    },
  })
  return { ...proxy, isAnswered: () => isAnswered }
}
