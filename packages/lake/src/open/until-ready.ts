import { setTimeout as wait } from 'node:timers/promises'
import { freeSql } from '@minilake/analytics'
import { lakeNames, qualifiedName } from '@minilake/schema'
import { type LakeBackend, withEngine } from '../lake-backend.js'

/**
 * Waits until the engine answers a query that needs the metastore and a worker. Listing the schemas is not enough: Trino's coordinator
 * does that alone, and for some seconds after its start it knows no worker, not even itself. Rejects with the last error, or an Error,
 * after `timeoutSeconds`, and with the signal's reason.
 */
export async function untilReady(
  lake: Pick<LakeBackend, 'openEngine'>,
  { timeoutSeconds, signal }: { timeoutSeconds: number; signal: AbortSignal },
): Promise<void> {
  const schemata = qualifiedName(lakeNames.catalog, 'information_schema', 'schemata')
  const late = AbortSignal.timeout(timeoutSeconds * 1000)
  const either = AbortSignal.any([signal, late])
  await withEngine(lake, [], async (engine) => {
    for (;;) {
      try {
        const rows = engine.query(freeSql(`SELECT count(*) FROM ${schemata}`), { signal: either })
        for await (const _count of rows); // to its end: the columns are known earlier
        return
      } catch (error) {
        signal.throwIfAborted()
        if (late.aborted && error === late.reason) {
          throw new Error(
            `Trino was not ready after ${timeoutSeconds} s: it cannot count the metastore's schemas`,
            { cause: error },
          )
        }
        if (late.aborted) throw error
      }
      await wait(500)
    }
  })
}
