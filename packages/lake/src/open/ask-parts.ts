import { freeSql, QueryError } from '@minilake/analytics'
import type { Diagnose, TrinoEngine } from '@minilake/analytics/trino'
import { lakeNames, qualifiedName } from '@minilake/schema'
import { PartDownError } from '../part-down-error.js'
import { refusalOf } from './refusal-of.js'
import { isLoopback } from './s3-keys.js'

/**
 * Asks the parts of a stack on this machine which one is dead or frozen. A part that runs has `answerMillis` to answer, unless a
 * failure shows that something is wrong.
 */
export type AskLocalParts = (
  about: Parameters<Diagnose>[0] & { answerMillis: number },
) => Promise<PartDownError | undefined>

/** The parts of a stack, as far as their addresses are known. */
export interface StackParts {
  /** URL of S3. */
  endpoint: string
  /** URL of Trino. */
  trino: string
  /** Opens Trino without a diagnosis: through it, the metastore is asked. */
  openTrino: () => Promise<TrinoEngine>
  /** How long a part may take to answer, in milliseconds. */
  answerMillis: number
  /** Asks the parts of a stack on this machine, whose addresses the lake does not know. */
  askLocalParts?: AskLocalParts | undefined
}

/**
 * Finds the part of a stack that is dead or frozen, when a statement in Trino has failed or makes no progress: asks the parts of a
 * local stack, then S3 and Trino by a request, then the metastore through Trino. Resolves with a PartDownError, or undefined. Trino may
 * reach an S3 that this machine cannot reach, so an S3 on another machine counts as dead only if it has answered before.
 */
export function askParts({ endpoint, trino, openTrino, answerMillis, askLocalParts }: StackParts): Diagnose {
  let isS3Reachable = isLoopback(endpoint)
  const refusalOfS3 = async (signal: AbortSignal) => {
    const refusal = refusalOf(endpoint, { answerMillis, signal })
    if (isS3Reachable) return refusal
    void refusal.then(
      (found) => (isS3Reachable = found === undefined),
      () => undefined, // the statement has ended meanwhile
    )
    return undefined
  }

  return async ({ failure, signal }) => {
    const local = await askLocalParts?.({ failure, signal, answerMillis })
    if (local) return local
    const cause = failure && { cause: failure }
    const info = `${trino}/v1/info`
    for (const { part, url, setting, ask } of [
      { part: 'S3', url: endpoint, setting: 'profiles.stack.endpoint', ask: () => refusalOfS3(signal) },
      {
        part: 'Trino',
        url: info,
        setting: 'profiles.stack.trino',
        ask: () => refusalOf(info, { answerMillis, signal }),
      },
    ]) {
      const refusal = await ask()
      if (refusal === undefined) continue
      const message = `${part} does not answer at ${url} (${refusal}): start or restart it, or correct ${setting}`
      return new PartDownError(message, cause)
    }
    const silence = await metastoreSilence({ failure, signal, openTrino, answerMillis })
    if (silence === undefined) return undefined
    return new PartDownError(
      `the Hive Metastore does not answer Trino (${silence}): check that it and its database run, and hive.metastore.uri in Trino's catalog ${lakeNames.catalog}`,
      cause,
    )
  }
}

/** How the metastore fails to answer Trino; undefined if it answers. */
async function metastoreSilence({
  failure,
  signal,
  openTrino,
  answerMillis,
}: Pick<StackParts, 'openTrino' | 'answerMillis'> & Parameters<Diagnose>[0]): Promise<string | undefined> {
  const isOfMetastore = (error: unknown) =>
    error instanceof QueryError && error.errorName === 'HIVE_METASTORE_ERROR'
  if (isOfMetastore(failure)) return failure?.message
  const late = AbortSignal.timeout(answerMillis)
  const engine = await openTrino()
  try {
    const schemas = freeSql(`SHOW SCHEMAS FROM ${qualifiedName(lakeNames.catalog)}`)
    for await (const _schema of engine.query(schemas, { signal: AbortSignal.any([signal, late]) }));
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) return `no answer within ${answerMillis / 1000} s`
    return isOfMetastore(error) ? (error as QueryError).message : undefined
  } finally {
    void engine.close()
  }
}
