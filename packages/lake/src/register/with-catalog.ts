import type { SqlEngine } from '@minilake/analytics'
import type { LakeBackend } from '../lake-backend.js'

/** Opens Trino as the user that creates tables for `work`, and closes it afterwards. */
export async function withCatalog<R>(
  servers: NonNullable<LakeBackend['servers']>,
  work: (engine: SqlEngine) => Promise<R>,
): Promise<R> {
  const engine = await servers.openCatalogEngine()
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}
